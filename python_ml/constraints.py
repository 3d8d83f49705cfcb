"""Final clusters as a planner demands them: divided by an attribute, stores together or apart."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from python_ml.frames import check_keys, matrix, natural_key, stack, typed
from python_ml.merging.cells import DIVIDER, split_value

SCHEMA = {
    "category": "str",
    "store_id": "str",
    "settled_label": "str",
    "divided_label": "str",
    "constrained_label": "str",
    "constraint_kind": "str",
    "reason": "str",
}


class _World(NamedTuple):
    """One category: where its stores stand and what its clusters are."""

    category: str
    rows: pd.DataFrame
    centroids: pd.DataFrame
    sizes: pd.Series


def constrain(
    space, settled: pd.DataFrame, splits: pd.DataFrame, *, settings: dict
) -> pd.DataFrame:
    """Return the label of every store when the constraints of the settings hold.

    First every cluster is divided by ``split_after``. Then each group of ``together`` whose stores
    are in several clusters moves into the one with the least total squared distance of its stores
    to the centroid. Last, of the stores of a group of ``apart`` that share a cluster one stays and
    the others move to clusters that no store of the group is in: the fewest stores move, and of
    the ways to do so the one with the least total squared distance is taken, which is an
    assignment problem (Crouse 2016, "On implementing 2D rectangular assignment algorithms") and
    solved exactly. A group of ``together`` moves as one. A store never leaves the value that
    ``split_before`` or ``split_after`` has put it under. Nobody else moves, and centroids are those
    of the divided clusters, whoever leaves them. What holds already is left alone.

    Parameters
    ----------
    space : relation
        Its method ``df`` gives a frame with the columns ``category``, ``store_id``,
        ``dimension``, ``value``: the joint space, complete per category. It is only asked where
        a group has to be together or apart: distances matter nowhere else.
    settled : DataFrame
        Columns ``category``, ``store_id``, ``settled_label``; one row per store of the space. What
        stands behind the first ``/`` of a label is the value that it was split by before.
    splits : DataFrame
        Columns ``store_id``, ``after_value``; one row per store. Ignored without ``split_after``.
    settings : dict
        The section ``merging``, flat: ``split_after`` (an attribute or None), and the groups
        ``together.<name>`` and ``apart.<name>``, lists of two or more store ids. A store is in
        no more than one group of each kind. A store that has no cluster in a category takes no
        part there.

    Returns
    -------
    DataFrame
        One row per category and store, sorted: ``settled_label``; ``divided_label``, where
        ``split_after`` puts it; ``constrained_label``;
        ``constraint_kind``, the last that changed the label (``split_after``, ``together``,
        ``apart``), else null; ``reason``, why the store moved, null if it did not (to be divided
        is no move).

    Raises
    ------
    ValueError
        If a value is missing, duplicated or not finite, a store of the space has no label or no
        row in ``splits``, a group of ``together`` has stores of different values of a split, or a
        group of ``apart`` has more members than there are clusters (of the value).
    KeyError
        If ``split_after`` is missing.

    Notes
    -----
    Squared distances are rounded to 12 decimals. Of equally near clusters the larger one takes a
    group of ``together``, then the one whose label is first in natural order; equally good ways
    to part a group are settled by the order of its stores and labels.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> stores = ["s1", "s2", "s3", "s4"]
    >>> space = pd.DataFrame(
    ...     {
    ...         "category": "beer", "store_id": stores, "dimension": "size",
    ...         "value": [0.0, 1.0, 5.0, 6.0],
    ...     }
    ... )
    >>> settled = pd.DataFrame(
    ...     {
    ...         "category": "beer", "store_id": stores,
    ...         "settled_label": ["1_1", "1_1", "2_1", "2_1"],
    ...     }
    ... )
    >>> splits = pd.DataFrame({"store_id": stores, "after_value": None})
    >>> settings = {"split_after": None, "apart.rivals": ["s1", "s2"]}
    >>> relation = SimpleNamespace(df=lambda: space)
    >>> constrained = constrain(relation, settled, splits, settings=settings)
    >>> constrained[["store_id", "constrained_label", "reason"]]
      store_id constrained_label                            reason
    0       s1               1_1                               NaN
    1       s2               2_1  kept apart: merging.apart.rivals
    2       s3               2_1                               NaN
    3       s4               2_1                               NaN
    """
    together, apart = _groups(settings, "together."), _groups(settings, "apart.")
    check_keys(settled, ["category", "store_id"])
    check_keys(splits, ["store_id"])
    values = splits.set_index("store_id")["after_value"] if settings["split_after"] else None

    def constrain_category(category, rows):
        own = settled.loc[settled["category"] == category].set_index("store_id")
        labels = own["settled_label"].reindex(rows.index)
        _check_filled(labels, category, "has no settled label")
        divided = labels
        if values is not None:
            after = values.reindex(rows.index)
            _check_filled(after, category, f"has no value of {settings['split_after']!r}")
            divided = labels + DIVIDER + after
        world = _describe(category, rows, divided) if together or apart else None
        placed = dict(zip(rows.index, divided, strict=True))
        told = []  # (moves, kind, reason), in the order in which they are made
        for name, members in together.items():
            moves = _join(world, placed, name, sorted(placed.keys() & members))
            placed |= moves
            told.append((moves, "together", f"kept together: merging.{name}"))
        for name, members in apart.items():
            moves = _part(world, placed, name, _units(members, placed, together))
            placed |= moves
            told.append((moves, "apart", f"kept apart: merging.{name}"))
        table = pd.DataFrame(
            {"settled_label": labels, "divided_label": divided, "constrained_label": placed}
        )
        table["constraint_kind"], table["reason"] = zip(
            *(
                _why(store, own != placed[store], own != settled_label, told)
                for store, own, settled_label in zip(rows.index, divided, labels, strict=True)
            ),
            strict=True,
        )
        table = table.rename_axis("store_id").reset_index().assign(category=category)
        return typed(table, SCHEMA)

    if together or apart:
        worlds = matrix(space.df(), "dimension")
    else:
        stores = settled.set_index("store_id").sort_index()[["category"]]
        worlds = dict(tuple(stores.groupby("category", sort=True)))
    return stack((constrain_category(*item) for item in worlds.items()), SCHEMA)


def _groups(settings, prefix):
    """Return the groups of one kind, by their names in the settings, in sorted order."""
    return {name: settings[name] for name in sorted(settings) if name.startswith(prefix)}


def _check_filled(column, category, fault):
    """Raise ValueError for the first store without a value."""
    missing = column.index[column.isna()]
    if len(missing):
        raise ValueError(f"category {category!r}, store_id {min(missing)!r}: {fault}")


def _describe(category, rows, labels):
    """Return the world of a category: its clusters in natural order, with centroids and sizes."""
    names = sorted(set(labels), key=natural_key)
    centroids = pd.DataFrame(
        [rows[(labels == name).to_numpy()].mean(axis="index") for name in names], index=names
    )
    return _World(category, rows, centroids, labels.value_counts())


def _open_to(world, value):
    """Return the labels of the clusters of a value, in natural order."""
    return [label for label in world.centroids.index if split_value(label) == value]


def _cost(world, stores, labels):
    """Return the total squared distance of the stores to the centroid of each label."""
    positions = world.rows.loc[list(stores)].to_numpy()[:, np.newaxis, :]
    squared = (positions - world.centroids.loc[labels].to_numpy()) ** 2
    return squared.sum(axis=(0, 2)).round(12)


def _join(world, placed, name, members):
    """Return the moves, store -> label, that bring the members into one cluster."""
    if len({placed[store] for store in members}) <= 1:
        return {}
    values = sorted({split_value(placed[store]) for store in members})
    if len(values) > 1:
        raise ValueError(
            f"category {world.category!r}: merging.{name} joins stores of {values[0]!r} and "
            f"{values[1]!r}, which the settings split: take stores out of the group, or do not "
            "split"
        )
    labels = _open_to(world, values[0])
    cost = dict(zip(labels, _cost(world, members, labels), strict=True))
    nearest = min(labels, key=lambda label: (cost[label], -world.sizes[label], natural_key(label)))
    return {store: nearest for store in members if placed[store] != nearest}


def _units(members, placed, together):
    """Return what is kept apart, as lists of stores: a group that is together stays one."""
    units = {}
    for store in placed.keys() & members:
        group = next((group for group in together.values() if store in group), [store])
        unit = sorted(placed.keys() & group)
        units[unit[0]] = unit
    return [units[first] for first in sorted(units)]


def _part(world, placed, name, units):
    """Return the moves, store -> label, after which no two units share a cluster."""
    moves = {}
    for value in sorted({split_value(placed[unit[0]]) for unit in units}):
        own = [unit for unit in units if split_value(placed[unit[0]]) == value]
        here = [placed[unit[0]] for unit in own]
        labels = _open_to(world, value)
        if len(own) > len(labels):
            of_value = f" of {value!r}" if value else ""
            raise ValueError(
                f"category {world.category!r}: merging.{name} keeps {len(own)} stores{of_value} "
                f"apart, and the number of clusters{of_value} is {len(labels)}: take stores out of "
                "the group, or let there be more clusters"
            )
        cost = np.array([_cost(world, unit, labels) for unit in own])
        moved = np.array([[at != label for label in labels] for at in here])
        weight = np.array([[len(unit)] for unit in own])
        # one store less that moves outweighs any distance
        chosen = linear_sum_assignment(cost + (1 + cost.max(axis=1).sum()) * weight * moved)[1]
        for unit, at, column in zip(own, here, chosen, strict=True):
            moves |= {store: labels[column] for store in unit if labels[column] != at}
    return moves


def _why(store, is_moved, is_divided, told):
    """Return what changed the label of a store last, and why it moved; None if nothing did."""
    if not is_moved:
        return "split_after" if is_divided else None, None
    kinds, reasons = zip(*(telling[1:] for telling in told if store in telling[0]), strict=True)
    return kinds[-1], "; ".join(reasons)
