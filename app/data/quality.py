"""How good the clusters of a category are, and how much they differ from those before."""

from typing import Any

import pandas as pd

from app.data.published import Version, query


def by_stage(version: Version, category: str) -> pd.DataFrame:
    """Return one row per stage, from the sides to the final clusters; needs `cluster_metrics`."""
    return query(
        version,
        """
        select
            stage,
            max(value) filter (where metric = 'cluster_count')::integer as cluster_count,
            max(value) filter (where metric = 'smallest_cluster')::integer as smallest_cluster,
            max(value) filter (where metric = 'largest_cluster')::integer as largest_cluster,
            max(value) filter (where metric = 'silhouette') as silhouette,
            max(value) filter (where metric = 'davies_bouldin') as davies_bouldin,
            max(value) filter (where metric = 'variance_explained') as variance_explained,
            max(value) filter (where metric = 'mix_homogeneity') as mix_homogeneity,
            max(value) filter (where metric = 'mix_homogeneity_chain') as mix_homogeneity_chain
        from marts.cluster_metrics
        where category = ?
        group by stage
        order by list_position(['internal', 'external', 'merged', 'final'], stage)
        """,
        (category,),
    ).astype({"cluster_count": "Int64", "smallest_cluster": "Int64", "largest_cluster": "Int64"})


def stability(version: Version, category: str) -> dict[str, Any] | None:
    """Return what is left of the clusters of the run before; needs `run_stability`."""
    found = query(
        version,
        """
        select
            previous_run_id,
            shared_store_count,
            new_store_count,
            gone_store_count,
            moved_store_count,
            moved_share,
            border_share,
            adjusted_rand,
            note
        from marts.run_stability
        where category = ?
        """,
        (category,),
    )
    return None if found.empty else found.to_dict("records")[0]


def changes(version: Version, category: str) -> pd.DataFrame:
    """Return the stores whose final cluster differs from the run before, one row each.

    Needs `cluster_changes`. `before` and `after` are titles; empty where there was or is none.
    """
    return query(
        version,
        """
        select
            changed.store_id,
            stores.store_name,
            cluster_title(
                changed.previous_cluster_id, changed.previous_name, changed.previous_label
            ) as before,
            cluster_title(changed.final_cluster_id, changed.name, changed.final_label) as after,
            changed.reason,
            changed.previous_cluster_id,
            changed.final_cluster_id
        from marts.cluster_changes as changed
        left join marts.stores on stores.store_id = changed.store_id
        where changed.category = ?
        order by changed.reason, changed.store_id
        """,
        (category,),
    ).astype({"previous_cluster_id": "Int64", "final_cluster_id": "Int64"})
