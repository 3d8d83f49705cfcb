"""What a planner may demand of the final clusters: stores out, together, apart, and splits."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from python_ml.source_schema import Strict, Text


def _store_id(value: Any) -> str:
    """A store id as text: YAML makes a number of 012, and the zero is gone."""
    if isinstance(value, str) and value:
        return value
    raise ValueError(f'{value!r} is not a store id as text: write it like "012", in quotes')


StoreId = Annotated[str, BeforeValidator(_store_id)]
Group = Annotated[list[StoreId], Field(min_length=2)]


class Constraints(Strict):
    """What holds of the final clusters, whatever the distances say."""

    excluded_stores: list[StoreId]
    split_before: Text | None
    split_after: Text | None
    together: dict[Text, Group]
    apart: dict[Text, Group]

    @model_validator(mode="after")
    def _constraints_can_all_hold(self) -> Self:
        groups = {
            f"{kind}.{name}": stores
            for kind in ("together", "apart")
            for name, stores in getattr(self, kind).items()
        }
        for name, stores in groups.items():
            _check_members(name, stores, self.excluded_stores)
        for one, other in combinations(groups, 2):
            _check_pair(one, set(groups[one]), other, set(groups[other]))
        self._check_chains()
        if self.split_before is not None and self.split_before == self.split_after:
            raise ValueError(
                f"split_before and split_after are both {self.split_before!r}: what is split "
                "before is split already, set one of them to null"
            )
        return self

    def _check_chains(self) -> None:
        """Refuse two apart groups that one together group ties to each other."""
        for name, stores in self.together.items():
            touched = [apart for apart, others in self.apart.items() if set(stores) & set(others)]
            if len(touched) > 1:
                raise ValueError(
                    f"together.{name} has stores of apart.{touched[0]} and apart.{touched[1]}: "
                    "make one group of these two"
                )


def _check_members(name: str, stores: list[str], excluded: list[str]) -> None:
    """Refuse a group that names a store twice, or one that is excluded."""
    for store in stores:
        if stores.count(store) > 1:
            raise ValueError(f"{name} names the store {store!r} twice: name it once")
        if store in excluded:
            raise ValueError(
                f"excluded_stores and {name} both name the store {store!r}, and an excluded store "
                "is in no cluster: take it out of one of them"
            )


def _check_pair(one: str, stores: set[str], other: str, others: set[str]) -> None:
    """Refuse two groups of the same kind that share a store, and of both kinds that share two."""
    shared = sorted(stores & others)
    if one.split(".")[0] == other.split(".")[0]:
        if shared:
            raise ValueError(
                f"{one} and {other} both name the store {shared[0]!r}: make one group of them"
            )
    elif len(shared) > 1:
        raise ValueError(
            f"{one} and {other} both name the stores {shared[0]!r} and {shared[1]!r}, which cannot "
            "be together and apart: take one of them out"
        )
