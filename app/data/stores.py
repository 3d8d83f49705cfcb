"""Which store is in which cluster, and where it stands."""

from collections.abc import Sequence

import pandas as pd

from app.data.published import Version, query


def assignments(
    version: Version,
    category: str,
    stage: str = "final",
    clusters: Sequence[str] = (),
    text: str = "",
    most: int | None = None,
) -> pd.DataFrame:
    """Return one row per store of the category, by cluster and store id.

    Parameters
    ----------
    stage
        Whose clusters: `final`, `merged`, `internal` or `external`.
    clusters
        Only stores of these clusters of the stage; none means all.
    text
        Only stores whose id or name contains this, whatever the case.
    most
        No more rows than this; `matching` says how many there are.
    """
    return query(
        version,
        """
        with found as not materialized (
            select *
            from stores_at($category, $stage) as placed
            where
                (len($clusters::varchar[]) = 0 or list_contains($clusters::varchar[], cluster))
                and (
                    trim($text) = ''
                    or contains(lower(concat_ws(' ', store_id, store_name)), lower(trim($text)))
                )
        )

        select
            found.store_id,
            found.store_name,
            found.title as cluster,
            found.internal_cluster_id::integer as internal_cluster_id,
            found.external_cluster_id::integer as external_cluster_id,
            found.merged_label,
            found.final_cluster_id,
            round(found.confidence, 2)::double as confidence,
            found.is_reassigned,
            found.is_outlier,
            round(found.sales_amount)::bigint as sales_amount,
            (select count(*) from found) as matching
        from found
        order by found.colour_id, found.cluster, found.store_id
        limit $most
        """,
        {
            "category": category,
            "stage": stage,
            "clusters": list(clusters),
            "text": text,
            "most": most,
        },
    ).astype({"internal_cluster_id": "Int64", "external_cluster_id": "Int64"})


def locations(
    version: Version,
    category: str,
    stage: str = "final",
    clusters: Sequence[str] = (),
    most: int = 50_000,
) -> pd.DataFrame:
    """Return the stores of the category that have coordinates on the globe.

    Parameters
    ----------
    most
        About how many; of every cluster its share. `placed` says how many there are.
    """
    return query(
        version,
        """
        with found as not materialized (
            select
                placed.store_id,
                placed.store_name,
                placed.cluster,
                stores.longitude::double as longitude,
                stores.latitude::double as latitude
            from placed_at($category, $stage) as placed
            inner join marts.stores on stores.store_id = placed.store_id
            where
                stores.longitude between -180 and 180
                and stores.latitude between -90 and 90
                and (
                    len($clusters::varchar[]) = 0
                    or list_contains($clusters::varchar[], placed.cluster)
                )
        ),

        parts as (
            select cluster, min(hash(store_id)) as first, sum(count(*)) over () as total
            from found
            group by cluster
        )

        select
            found.store_id,
            found.store_name,
            found.cluster,
            named.title,
            named.colour_id::integer as colour_id,
            found.longitude,
            found.latitude,
            parts.total::bigint as placed
        from found
        inner join parts on parts.cluster = found.cluster
        inner join clusters_at($category, $stage) as named on named.cluster = found.cluster
        where in_sample(found.store_id, parts.first, parts.total, $most)
        order by colour_id, found.cluster, found.store_id
        """,
        {"category": category, "stage": stage, "clusters": list(clusters), "most": most},
    ).astype({"colour_id": "Int64"})
