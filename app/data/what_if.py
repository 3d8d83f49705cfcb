"""What a trial of another number of clusters needs, and the trial, kept by the server."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import streamlit as st

from app.data import runs, trials
from app.data.published import Version, columns, query
from python_ml.settings import SettingsError, check_settings, merge_layers

MOST_STORES = 5_000
"""With more, a trial takes as many of them, always the same ones."""

NEEDED = ("store_features", "model_parameters")
"""Tables without which nothing can be tried."""


class UntriableError(Exception):
    """Nothing can be tried; the message says why and what to do."""


def published(version: Version, category: str) -> trials.Published:
    """Return what is published of a category, for trials.

    Raises
    ------
    UntriableError
        If the publish lacks what a trial needs.
    """
    return _kept(_published, version, category)


def try_out(
    version: Version, category: str, side: str, k: int | None, minimum: float | None
) -> trials.Trial:
    """Return what another number of clusters or another minimum size would give.

    Raises
    ------
    UntriableError
        If the publish lacks what a trial needs, or the algorithm finds no such clusters.
    """
    return _kept(_try_out, version, category, side, k, minimum)


def is_share(found: trials.Published) -> bool:
    """Whether the settings give the smallest final cluster as a share of the stores."""
    return 0 < found.settings["merging"]["minimum_cluster_size"] < 1


def entered_minimum(found: trials.Published, number: float | None) -> float | None:
    """Return as a setting what was entered: in percent if the published one is a share."""
    if number is None:
        return None
    return round(number / 100, 6) if is_share(found) else int(number)


def snippet(side: str, k: int | None, minimum: float | None) -> dict[str, Any]:
    """Return the settings that a run would need for a trial.

    Examples
    --------
    >>> snippet("internal", 5, None)
    {'internal': {'cluster_count': {'fixed': 5}}}
    """
    found: dict[str, Any] = {}
    if k is not None:
        found[side] = {"cluster_count": {"fixed": k}}
    if minimum is not None:
        whole = minimum >= 1
        found["merging"] = {"minimum_cluster_size": int(minimum) if whole else minimum}
    return found


def fault_of(version: Version, wanted: dict[str, Any]) -> str:
    """Say what a run with the settings of the published one and these would refuse, if anything."""
    published_ones = _settings(version)
    before = _faults(published_ones)
    return " ".join(
        line
        for line in _faults(merge_layers(published_ones, wanted))
        if line not in before  # an older publish lacks settings of today
    )


def _faults(settings: dict[str, Any]) -> list[str]:
    """Return one sentence for each fault of all settings."""
    try:
        check_settings(settings)
    except SettingsError as error:
        return str(error).splitlines()
    return []


def _try_out(version, category, side, k, minimum) -> trials.Trial:
    """Try it, or say why not."""
    try:
        return trials.try_out(published(version, category), side, k, minimum)
    except ValueError as error:
        raise UntriableError(f"This cannot be tried: {error}.") from None


def _published(version: Version, category: str) -> trials.Published:
    """Gather what a trial needs."""
    missing = [name for name in NEEDED if name not in columns(version)]
    if missing:
        raise UntriableError(
            f"Nothing can be tried: this publish has no table `{missing[0]}`. "
            "Run `make run` to publish again."
        )
    settings = _settings(version)
    stores = _stores(version, category)
    if stores.empty:
        raise UntriableError("Nothing can be tried: no store of this category has a cluster.")
    parameters = _parameters(version, category)
    values = _values(version, category, stores["store_id"].tolist())
    components = {}
    for side in trials.SIDES:
        of_side = parameters[parameters["dataset"] == side]
        own = of_side[of_side["category"] == category]  # which is called all where there are none
        # what external data alone decides is found once, unless each category has its own
        is_own = (own["parameter"] == "loading").any() or side == "internal"
        model = own if is_own else of_side[of_side["category"] == "all"]
        seen = values[values["dataset"] == side]
        if len(seen) and (model["parameter"] == "loading").any():
            components[side] = trials.components_of(seen.assign(category=category), model)
    return trials.Published(
        stores.set_index("store_id").drop(columns="of"),
        int(stores["of"].iloc[0]),
        components,
        _axes(parameters, category, components),
        settings,
    )


def _axes(parameters: pd.DataFrame, category: str, components) -> pd.DataFrame:
    """Return the middle and the factor of every dimension of the joint space."""
    kinds = {"space_centre": "centre", "space_factor": "factor"}
    axes = parameters[
        parameters["parameter"].isin(kinds)
        & (parameters["category"] == category)
        & parameters["dataset"].isin(components)
    ]
    wide = axes.pivot(index=["dataset", "component"], columns="parameter", values="value")
    named = wide.rename(columns=kinds).reindex(columns=list(kinds.values()))
    return named.dropna().reset_index()


def _settings(version: Version) -> dict[str, Any]:
    """Return the settings of the run that published, as far as a trial needs them."""
    latest = runs.latest(version)
    found = runs.settings(version, latest["run_id"]) if latest else {}
    if not {"internal", "external", "merging"} <= set(found):
        raise UntriableError(
            "Nothing can be tried: the settings of this run are not recorded. "
            "Run `make run` to publish again."
        )
    return found


def _stores(version: Version, category: str) -> pd.DataFrame:
    """Return the clusters of the stores of a category that took part in all of them."""
    return query(
        version,
        """
        with assigned as not materialized (
            select
                store_id,
                internal_cluster_id::integer::varchar as internal,
                external_cluster_id::integer::varchar as external,
                merged_label as merged,
                final_cluster_id::integer::varchar as final,
                -- a store that only followed its external data took no part
                internal_cluster_id is not null as is_internal,
                assignment_basis <> 'nearest' as is_fitted
            from marts.store_clusters
            where category = $category
        ),

        taking_part as not materialized (
            select *
            from assigned
            where is_internal or not (select bool_or(is_internal) from assigned)
        ),

        sampled as (
            select *
            from taking_part
            order by hash(store_id), store_id
            limit $most
        )

        select
            store_id, internal, external, merged, final, is_fitted,
            (select count(*) from taking_part) as of
        from sampled
        order by store_id
        """,
        {"category": category, "most": MOST_STORES},
    )


def _values(version: Version, category: str, stores: list[str]) -> pd.DataFrame:
    """Return what the clustering saw of these stores, and of others that shape the clusters.

    External features are those of the category, else those of all.
    """
    return query(
        version,
        """
        with chosen as (
            select unnest($stores::varchar[]) as store_id
        ),

        others as (
            select stores.store_id
            from marts.stores
            anti join chosen on chosen.store_id = stores.store_id
            where $rest > 0
            order by hash(stores.store_id), stores.store_id
            limit $rest
        ),

        wanted as (
            select store_id from chosen
            union all
            select store_id from others
        ),

        seen as (
            select
                features.dataset,
                features.category,
                features.store_id,
                features.feature,
                features.model_value as value
            from marts.store_features as features
            inner join wanted on wanted.store_id = features.store_id
            where features.category in ($category, 'all') and features.model_value is not null
        )

        select dataset, store_id, feature, value
        from seen
        qualify rank() over (partition by dataset order by category = 'all') = 1
        order by dataset, store_id, feature
        """,
        {
            "category": category,
            "stores": stores,
            "rest": max(0, MOST_STORES - len(stores)),
        },
    )


def _parameters(version: Version, category: str) -> pd.DataFrame:
    """Return the numbers of the models that lead to the components and the joint space."""
    return query(
        version,
        """
        select category, dataset, parameter, feature, landmark, component, value
        from marts.model_parameters
        where
            category in ($category, 'all')
            and parameter in (
                'component_centre', 'loading', 'landmark', 'gamma', 'space_centre', 'space_factor'
            )
        order by all
        """,
        {"category": category},
    )


def _kept(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function returns, from the memory of the server if there is one."""
    return (_memory(function) if st.runtime.exists() else function)(*arguments)


@cache
def _memory(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make the memory when a server first asks: without one Streamlit warns of it."""
    return st.cache_data(function, max_entries=32, show_spinner=False)
