"""The clusters of a category and why there are as many."""

import pandas as pd

from app.data.published import Version, query


def categories(version: Version) -> list[str]:
    """Return every category that has stores, with or without a cluster, by name."""
    found = query(
        version,
        """
        select category from marts.store_clusters where category is not null
        union
        select category from marts.stores_without_cluster where category is not null
        order by category
        """,
    )
    return found["category"].tolist()


def sizes(version: Version, category: str) -> pd.DataFrame:
    """Return one row per cluster, the one with most stores first."""
    return query(
        version,
        """
        select
            clusters.final_cluster_id as cluster_id,
            cluster_title(
                clusters.final_cluster_id, clusters.name, clusters.final_label
            ) as cluster,
            clusters.store_count,
            round(clusters.sales_amount)::bigint as sales_amount,
            clusters.sales_share::double as sales_share,
            100 * clusters.sales_share::double as sales_share_percent,
            clusters.is_small,
            concat_ws(' · ', clusters.medoid_store_id, stores.store_name) as typical_store
        from marts.clusters
        left join marts.stores on stores.store_id = clusters.medoid_store_id
        where clusters.category = ?
        order by clusters.store_count desc, cluster_id
        """,
        (category,),
    )


def at_stage(version: Version, category: str, stage: str) -> pd.DataFrame:
    """Return one row per cluster of a stage: its title, its colour, its stores and sales.

    Parameters
    ----------
    stage
        `final`, `merged`, `internal` or `external`.

    Returns
    -------
    DataFrame
        `cluster` (text), `title`, `colour_id` (empty: grey), `store_count`, `store_share`,
        `sales_amount`, `sales_share`, in the order of legends.
    """
    return query(
        version,
        """
        select
            cluster,
            title,
            colour_id::integer as colour_id,
            store_count,
            store_count / sum(store_count) over () as store_share,
            round(sales_amount)::bigint as sales_amount,
            (sales_amount / nullif(sum(sales_amount) over (), 0))::double as sales_share
        from clusters_at($category, $stage)
        order by colour_id, cluster
        """,
        {"category": category, "stage": stage},
    ).astype({"colour_id": "Int64"})


def by_category(version: Version, stage: str) -> pd.DataFrame:
    """Return one row per category and cluster of a stage: its stores, and their share."""
    return query(
        version,
        """
        select
            category,
            cluster,
            title,
            colour_id::integer as colour_id,
            store_count,
            store_count / sum(store_count) over (partition by category) as store_share
        from clusters_at(null, $stage)
        order by category, colour_id, cluster
        """,
        {"stage": stage},
    ).astype({"colour_id": "Int64"})


def counts(version: Version, category: str) -> dict[str, int]:
    """Return how many stores of a category are in how many clusters, and how many in none."""
    return query(
        version,
        """
        select
            (
                select count(*) from marts.store_clusters where category = $category
            ) as stores_clustered,
            (
                select count(*) from marts.stores_without_cluster where category = $category
            ) as stores_left_out,
            (select count(*) from marts.clusters where category = $category) as clusters
        """,
        {"category": category},
    ).to_dict("records")[0]


def count_reasons(version: Version, category: str) -> pd.DataFrame:
    """Return one row per dataset: the chosen number of clusters, if any, and the reason.

    The external dataset is clustered once for all categories, unless each has its own model.
    """
    return query(
        version,
        """
        select
            dataset,
            max(k) filter (where is_chosen) as k,
            max(reason) filter (where is_chosen) as reason
        from marts.cluster_count_scores
        where category = ? or (dataset = 'external' and category = 'all')
        group by dataset
        order by dataset desc
        """,
        (category,),
    )
