"""How much of the chain is in clusters, and what is left out."""

from typing import Any

import pandas as pd

from app.data.published import Version, query


def totals(version: Version) -> dict[str, Any]:
    """Return the figures of the whole publish, over all categories."""
    return query(
        version,
        """
        select
            (select count(distinct store_id) from marts.store_clusters) as stores_clustered,
            (select count(*) from marts.clusters) as clusters,
            (select count(distinct category) from marts.clusters) as categories,
            (select round(sum(sales_amount))::bigint from marts.clusters) as sales_planned,
            (
                sum(coalesce(sales_unmapped, 0) + coalesce(sales_without_cluster, 0))
                / nullif(sum(sales_accepted), 0)
            )::double as sales_left_out_share,
            coalesce(sum(rows_rejected), 0)::bigint as rows_rejected,
            coalesce(sum(rows_read), 0)::bigint as rows_read
        from marts.data_coverage
        where category is null
        """,
    ).to_dict("records")[0]


def stores_without_cluster(version: Version, category: str) -> pd.DataFrame:
    """Return one row per reason: how many stores of the category, with what sales."""
    return query(
        version,
        """
        select
            reason,
            count(*) as stores,
            round(coalesce(sum(sales_amount), 0))::bigint as sales_amount
        from marts.stores_without_cluster
        where category = ?
        group by reason
        order by stores desc, reason
        """,
        (category,),
    )


def sources(version: Version) -> pd.DataFrame:
    """Return one row per source: how many rows were read, used and refused."""
    return query(
        version,
        """
        select source, rows_read, rows_accepted, rows_rejected
        from marts.data_coverage
        where category is null
        order by source
        """,
    )
