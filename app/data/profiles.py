"""One cluster at a time: what it is, what sets it apart, which stores show it best."""

from typing import Any

import pandas as pd

from app.data.published import Version, query


def clusters(version: Version, category: str) -> pd.DataFrame:
    """Return one row per final cluster of a category, the one with the lowest id first.

    Returns
    -------
    DataFrame
        All columns of `marts.clusters`, those that only newer publishes have among them, and
        `title` and `store_share`.
    """
    return query(
        version,
        """
        select
            *,
            cluster_title(final_cluster_id, name, final_label) as title,
            store_count / sum(store_count) over () as store_share
        from marts.clusters
        where category = ?
        order by final_cluster_id
        """,
        (category,),
    )


def features(version: Version, category: str, cluster_id: int) -> pd.DataFrame:
    """Return the features of a cluster, the most telling first; needs `cluster_features`."""
    return query(
        version,
        """
        select
            feature,
            dataset,
            cluster_mean,
            chain_mean,
            index_vs_chain,
            effect_size,
            is_used,
            rank
        from marts.cluster_features
        where category = ? and final_cluster_id = ?
        order by rank nulls last, feature
        """,
        (category, cluster_id),
    )


def rules(version: Version, category: str, cluster_id: int) -> pd.DataFrame:
    """Return the rules of a cluster, the first one first; needs `cluster_rules`."""
    return query(
        version,
        """
        select rule_number, rule, precision, recall, store_count
        from marts.cluster_rules
        where category = ? and final_cluster_id = ?
        order by rule_number
        """,
        (category, cluster_id),
    )


def need_states(version: Version, category: str, cluster_id: int) -> pd.DataFrame:
    """Return what a cluster sells, the most first; needs `need_state_sales`."""
    return query(
        version,
        """
        select
            need_state,
            round(sales_amount)::bigint as sales_amount,
            share_of_cluster,
            share_of_chain,
            index_vs_chain
        from marts.need_state_sales
        where category = ? and final_cluster_id = ?
        order by sales_amount desc, need_state
        """,
        (category, cluster_id),
    )


def stores(
    version: Version, category: str, cluster_id: int, first: str, most: int | None = None
) -> pd.DataFrame:
    """Return stores of a cluster.

    Parameters
    ----------
    first
        Which come first: `typical` (nearest to the middle, outliers last) or `borderline`
        (least sure that it is this cluster; only stores that have a next one).
    most
        No more rows than this.
    """
    return query(
        version,
        """
        select
            placed.store_id,
            placed.store_name,
            placed.distance,
            placed.confidence::double as confidence,
            cluster_title(
                placed.second_cluster_id, other.name, other.final_label
            ) as next_cluster,
            placed.is_outlier,
            round(placed.sales_amount)::bigint as sales_amount
        from marts.store_clusters as placed
        left join marts.clusters as other
            on other.category = placed.category
            and other.final_cluster_id = placed.second_cluster_id
        where
            placed.category = $category
            and placed.final_cluster_id = $cluster_id
            and ($first = 'typical' or placed.second_cluster_id is not null)
        order by
            $first = 'typical' and coalesce(placed.is_outlier, false),
            if($first = 'typical', placed.distance, placed.confidence) nulls last,
            placed.store_id
        limit $most
        """,
        {"category": category, "cluster_id": cluster_id, "first": first, "most": most},
    )


def chosen(found: pd.DataFrame, cluster_id: int) -> dict[str, Any]:
    """Return the row of one cluster of `clusters`, by column."""
    return found[found["final_cluster_id"] == cluster_id].to_dict("records")[0]
