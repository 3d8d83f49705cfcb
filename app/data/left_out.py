"""Stores without a cluster, stores with little data, and what people decided."""

import pandas as pd

from app.data.published import Version, query


def reasons(version: Version) -> pd.DataFrame:
    """Return one row per category and reason: how many stores have no cluster."""
    return query(
        version,
        """
        select
            category,
            reason,
            count(*) as stores,
            round(coalesce(sum(sales_amount), 0))::bigint as sales_amount
        from marts.stores_without_cluster
        group by category, reason
        order by stores desc, category, reason
        """,
    )


def stores(version: Version, most: int | None = None) -> pd.DataFrame:
    """Return every store without a cluster, in every category that it lacks one."""
    return query(
        version,
        """
        select
            missing.category, missing.store_id, stores.store_name, missing.reason,
            round(missing.sales_amount)::bigint as sales_amount,
            count(*) over () as matching
        from marts.stores_without_cluster as missing
        left join marts.stores on stores.store_id = missing.store_id
        order by missing.category, missing.store_id
        limit $most
        """,
        {"most": most},
    )


def thin_stores(version: Version, most: int | None = None) -> pd.DataFrame:
    """Return stores that have a cluster by one side alone."""
    return query(
        version,
        """
        select
            placed.category, placed.store_id, placed.store_name, placed.title as final,
            placed.assignment_basis, placed.confidence::double as confidence,
            round(placed.sales_amount)::bigint as sales_amount,
            count(*) over () as matching
        from stores_at(null, 'final') as placed
        where placed.assignment_basis in ('internal_only', 'external_only')
        order by placed.category, placed.store_id
        limit $most
        """,
        {"most": most},
    )


def stability(version: Version) -> pd.DataFrame:
    """Return what is left of the run before, one row per category; needs `run_stability`."""
    return query(
        version,
        """
        select
            category, previous_run_id, shared_store_count, new_store_count, gone_store_count,
            moved_store_count, moved_share, border_share, adjusted_rand, note
        from marts.run_stability
        order by category
        """,
    )


def overrides(version: Version) -> pd.DataFrame:
    """Return the clusters that people decided; needs `cluster_overrides`."""
    return query(
        version,
        """
        select
            category, store_id, cluster, author, reason, until, status, explanation
        from marts.cluster_overrides
        order by list_position(['refused', 'expired', 'applied'], status), category, store_id
        """,
    )


def constraints(version: Version) -> pd.DataFrame:
    """Return what the constraints of the settings did; needs `constraints_applied`."""
    return query(
        version,
        """
        select
            category, store_id, constraint_kind, group_name, from_label, to_label, explanation
        from marts.constraints_applied
        order by category, constraint_kind, group_name, store_id
        """,
    )
