"""What is known of stores besides their clusters, and how it divides over the clusters."""

import pandas as pd

from app.data.published import Version, query

OF_THE_STORE = {
    "status": "Status",
    "assignment_basis": "How it got its cluster",
    "is_reassigned": "Moved out of a small cluster",
    "is_outlier": "Outlier",
}
"""Attributes that every publish has: column and title."""


def listed(version: Version) -> list[str]:
    """Return the attributes that the store list has, by name."""
    found = query(version, "select distinct attribute from marts.store_attributes order by 1")
    return found["attribute"].tolist()


def external_features(version: Version) -> list[str]:
    """Return the external features by name; needs `store_features`."""
    found = query(
        version,
        "select distinct feature from marts.store_features where dataset = 'external' order by 1",
    )
    return found["feature"].tolist()


def by_cluster(
    version: Version, category: str, stage: str, attribute: str, most: int = 12
) -> pd.DataFrame:
    """Return one row per cluster of a stage and value of an attribute.

    The attribute is one of `OF_THE_STORE`, or `list:` and one of `listed`.

    Parameters
    ----------
    most
        How many values stand alone; rarer ones are one value, `other`.

    Returns
    -------
    DataFrame
        `cluster`, `title`, `colour_id`, `value`, `store_count`, and `store_share` of the
        cluster's stores; the most frequent value first within a cluster.
    """
    return query(
        version,
        """
        with valued as (
            select
                placed.cluster,
                placed.title,
                placed.colour_id,
                coalesce(
                    case $attribute
                        when 'status' then stores.status
                        when 'assignment_basis' then placed.assignment_basis
                        when 'is_reassigned' then if(placed.is_reassigned, 'yes', 'no')
                        when 'is_outlier' then if(placed.is_outlier, 'yes', 'no')
                        else of_list.value
                    end,
                    'unknown'
                ) as value
            from stores_at($category, $stage) as placed
            left join marts.stores on stores.store_id = placed.store_id
            left join marts.store_attributes as of_list
                on
                    of_list.store_id = placed.store_id
                    and 'list:' || of_list.attribute = $attribute
        ),

        frequent as (
            select value, row_number() over (order by count(*) desc, value) as place
            from valued
            group by value
        )

        select
            valued.cluster,
            any_value(valued.title) as title,
            any_value(valued.colour_id)::integer as colour_id,
            if(frequent.place <= $most, valued.value, 'other') as value,
            min(frequent.place) as place,
            count(*) as store_count,
            count(*) / sum(count(*)) over (partition by valued.cluster) as store_share
        from valued
        inner join frequent on frequent.value = valued.value
        group by valued.cluster, if(frequent.place <= $most, valued.value, 'other')
        order by any_value(valued.colour_id), valued.cluster, min(frequent.place)
        """,
        {"category": category, "stage": stage, "attribute": attribute, "most": most},
    ).astype({"colour_id": "Int64"})


def feature_by_cluster(version: Version, category: str, stage: str, feature: str) -> pd.DataFrame:
    """Return the same of an external feature, in four bands of as many stores each.

    Needs `store_features`. Equal values are in one band. The bands are those of all stores
    of the category.
    """
    return query(
        version,
        """
        with valued as (
            select
                placed.cluster,
                placed.title,
                placed.colour_id,
                features.raw_value,
                rank() over (order by features.raw_value) as low_rank,
                count(features.raw_value) over () as known
            from stores_at($category, $stage) as placed
            left join marts.store_features as features
                on features.store_id = placed.store_id
                and features.dataset = 'external'
                and features.feature = $feature
        ),

        banded as (
            select *, if(raw_value is null, 5, 1 + (low_rank - 1) * 4 // known)::integer as place
            from valued
        ),

        named as (
            select
                *,
                min(raw_value) over (partition by place) as lowest,
                max(raw_value) over (partition by place) as highest
            from banded
        )

        select
            cluster,
            any_value(title) as title,
            any_value(colour_id)::integer as colour_id,
            if(
                place = 5,
                'unknown',
                format('{:.4g} to {:.4g}', any_value(lowest), any_value(highest))
            ) as value,
            place,
            count(*) as store_count,
            count(*) / sum(count(*)) over (partition by cluster) as store_share
        from named
        group by cluster, place
        order by any_value(colour_id), cluster, place
        """,
        {"category": category, "stage": stage, "feature": feature},
    ).astype({"colour_id": "Int64"})
