"""Which store is in which cluster, and where it stands."""

from collections.abc import Sequence

import pandas as pd

from app.data.published import Version, query


def assignments(
    version: Version, category: str, cluster_ids: Sequence[int] = (), text: str = ""
) -> pd.DataFrame:
    """Return one row per store of the category, by cluster and store id.

    Parameters
    ----------
    cluster_ids
        Only stores of these clusters; none means all.
    text
        Only stores whose id or name contains this, whatever the case.
    """
    return query(
        version,
        """
        select
            assigned.store_id,
            assigned.store_name,
            assigned.final_cluster_id as cluster_id,
            cluster_title(
                assigned.final_cluster_id, clusters.name, clusters.final_label
            ) as cluster,
            assigned.internal_cluster_id::integer as internal_cluster_id,
            assigned.external_cluster_id::integer as external_cluster_id,
            round(assigned.confidence, 2)::double as confidence,
            assigned.is_reassigned,
            assigned.is_outlier
        from marts.store_clusters as assigned
        left join marts.clusters
            on clusters.category = assigned.category
            and clusters.final_cluster_id = assigned.final_cluster_id
        where
            assigned.category = $category
            and (
                len($cluster_ids::integer[]) = 0
                or list_contains($cluster_ids::integer[], assigned.final_cluster_id)
            )
            and contains(
                lower(concat_ws(' ', assigned.store_id, assigned.store_name)),
                lower(trim($text))
            )
        order by cluster_id, assigned.store_id
        """,
        {"category": category, "cluster_ids": list(cluster_ids), "text": text},
    ).astype({"internal_cluster_id": "Int64", "external_cluster_id": "Int64"})


def locations(version: Version, category: str) -> pd.DataFrame:
    """Return the stores of the category that have coordinates on the globe."""
    return query(
        version,
        """
        select
            assigned.store_id,
            assigned.store_name,
            assigned.final_cluster_id as cluster_id,
            cluster_title(
                assigned.final_cluster_id, clusters.name, clusters.final_label
            ) as cluster,
            stores.longitude::double as longitude,
            stores.latitude::double as latitude
        from marts.store_clusters as assigned
        inner join marts.stores on stores.store_id = assigned.store_id
        left join marts.clusters
            on clusters.category = assigned.category
            and clusters.final_cluster_id = assigned.final_cluster_id
        where
            assigned.category = ?
            and stores.longitude between -180 and 180
            and stores.latitude between -90 and 90
        order by cluster_id, assigned.store_id
        """,
        (category,),
    )
