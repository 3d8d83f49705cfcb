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
        with measured as (
            select
                placed.store_id,
                placed.store_name,
                placed.cluster,
                placed.title,
                placed.colour_id::integer as colour_id,
                coalesce(found.silhouette, found.simplified_silhouette) as silhouette
            from marts.store_silhouettes as found
            inner join stores_at($category, $stage) as placed
                on placed.store_id = found.store_id
            where found.category = $category and found.stage = $stage
        ),

        compared as (
            select
                *,
                avg(silhouette) over (partition by cluster) as cluster_mean,
                count(*) over (partition by cluster) as cluster_stores,
                avg(silhouette) over () as mean,
                count(*) filter (where silhouette < 0) over () as misplaced,
                count(*) over () as measured
            from measured
            where silhouette is not null
        )

        select *
        from compared
        qualify in_sample(cluster, store_id, $most)
        order by colour_id, cluster, silhouette desc, store_id
        """,
        {"category": category, "stage": stage, "most": most},
    ).astype({"colour_id": "Int64"})
