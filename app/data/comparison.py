"""The clusters of one stage against those of another."""

import pandas as pd

from app.data.published import Version, query


def flows(version: Version, category: str, before: str, after: str) -> pd.DataFrame:
    """Return one row per cluster of one stage and cluster of another that share stores.

    Parameters
    ----------
    before, after
        Two stages: `internal`, `external`, `merged` or `final`.

    Returns
    -------
    DataFrame
        `from_cluster`, `from_title`, `from_colour_id`, the same with `to_`, `store_count`
        and `sales_amount`, in the order of legends.
    """
    return query(
        version,
        """
        with shared as (
            select
                cluster_of($before, store_clusters) as from_cluster,
                cluster_of($after, store_clusters) as to_cluster,
                count(*) as store_count,
                round(sum(sales_amount))::bigint as sales_amount
            from marts.store_clusters
            where category = $category
            group by all
        )

        select
            shared.from_cluster,
            earlier.title as from_title,
            earlier.colour_id::integer as from_colour_id,
            shared.to_cluster,
            later.title as to_title,
            later.colour_id::integer as to_colour_id,
            shared.store_count,
            shared.sales_amount
        from shared
        inner join clusters_at($category, $before) as earlier
            on earlier.cluster = shared.from_cluster
        inner join clusters_at($category, $after) as later on later.cluster = shared.to_cluster
        order by earlier.colour_id, earlier.cluster, later.colour_id, later.cluster
        """,
        {"category": category, "before": before, "after": after},
    ).astype({"from_colour_id": "Int64", "to_colour_id": "Int64"})


def moves(version: Version, category: str) -> pd.DataFrame:
    """Return the stores that were moved out of small clusters, one row each.

    Needs `cluster_moves`. Distances are in the merged space: to the middle of the cluster
    that the store left, and of the one it joined.
    """
    return query(
        version,
        """
        select
            moved.store_id,
            placed.store_name,
            moved.from_label,
            placed.title as joined,
            moved.from_distance,
            moved.to_distance,
            moved.reason,
            placed.confidence::double as confidence,
            placed.sales_amount::double as sales_amount
        from marts.cluster_moves as moved
        inner join stores_at($category, 'final') as placed on placed.store_id = moved.store_id
        where moved.category = $category
        order by moved.from_label, moved.store_id
        """,
        {"category": category},
    )
