"""The scores of each number of clusters, and the silhouette of every store."""

from typing import Any

import pandas as pd

from app.data import runs
from app.data.published import Version, query


def scores(version: Version, category: str, dataset: str) -> pd.DataFrame:
    """Return one row per number of clusters that was tried, the smallest first.

    The external dataset is clustered once for all categories, unless each has its own model.
    Columns that an older publish lacks are missing.
    """
    found = query(
        version,
        """
        select *
        from marts.cluster_count_scores
        where dataset = $dataset and (category = $category or category = 'all')
        qualify rank() over (order by category = 'all') = 1
        order by k
        """,
        {"category": category, "dataset": dataset},
    )
    return found.drop(columns=["category", "dataset"])


def rule(version: Version, dataset: str) -> dict[str, Any]:
    """Return the settings by which the number was chosen; none if they are not recorded."""
    latest = runs.latest(version)
    found = runs.settings(version, latest["run_id"]) if latest else {}
    return found.get(dataset, {}).get("cluster_count", {})


def silhouettes(version: Version, category: str, stage: str, most: int) -> pd.DataFrame:
    """Return the silhouette of the stores at a stage, of each cluster the best first.

    Needs `store_silhouettes`.

    Parameters
    ----------
    most
        About how many stores; of every cluster its share. `measured` says how many there are.

    Returns
    -------
    DataFrame
        `store_id`, `store_name`, `cluster`, `title`, `colour_id`, `silhouette`, and
        `cluster_mean` and `cluster_stores`, of all stores of the cluster.
    """
    return query(
        version,
        """
        with measured as not materialized (
            select
                cluster,
                store_id,
                coalesce(silhouette, simplified_silhouette) as silhouette
            from marts.store_silhouettes
            where category = $category and stage = $stage
        ),

        means as (
            select
                cluster,
                min(hash(store_id)) filter (where silhouette is not null) as first,
                count(silhouette) as cluster_stores,
                avg(silhouette) as cluster_mean,
                sum(count(silhouette)) over () as measured,
                sum(sum(silhouette)) over () as total,
                sum(count(*) filter (where silhouette < 0)) over () as misplaced
            from measured
            group by cluster
        ),

        -- names are looked up of the sample alone
        sampled as (
            select measured.*
            from measured
            inner join means on means.cluster = measured.cluster
            where
                measured.silhouette is not null
                and in_sample(measured.store_id, means.first, means.measured, $most)
        )

        select
            sampled.store_id,
            placed.store_name,
            placed.cluster,
            placed.title,
            placed.colour_id::integer as colour_id,
            sampled.silhouette,
            means.cluster_mean,
            means.cluster_stores,
            means.total / means.measured as mean,
            means.misplaced::bigint as misplaced,
            means.measured::bigint as measured
        from sampled
        inner join means on means.cluster = sampled.cluster
        inner join stores_at($category, $stage) as placed on placed.store_id = sampled.store_id
        order by colour_id, placed.cluster, sampled.silhouette desc, sampled.store_id
        """,
        {"category": category, "stage": stage, "most": most},
    ).astype({"colour_id": "Int64"})
