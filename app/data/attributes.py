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
        with of_list as (
            select store_id, status as value from marts.stores where $attribute = 'status'
            union all
            select store_id, value
            from marts.store_attributes
            where attribute = $attribute[6:] and starts_with($attribute, 'list:')
        ),

        counted as (
            select
                placed.cluster,
                coalesce(
                    case $attribute
                        when 'assignment_basis' then placed.assignment_basis
                        when 'is_reassigned' then if(placed.is_reassigned, 'yes', 'no')
                        when 'is_outlier' then if(placed.is_outlier, 'yes', 'no')
                        else of_list.value
                    end,
                    'unknown'
                ) as value,
                count(*) as store_count
            from placed_at($category, $stage) as placed
            left join of_list on of_list.store_id = placed.store_id
            group by all
        ),

        frequent as (
            select value, row_number() over (order by sum(store_count) desc, value) as place
            from counted
            group by value
        )

        select
            counted.cluster,
            any_value(named.title) as title,
            any_value(named.colour_id)::integer as colour_id,
            if(frequent.place <= $most, counted.value, 'other') as value,
            min(frequent.place) as place,
            sum(counted.store_count)::bigint as store_count,
            sum(counted.store_count)
            / sum(sum(counted.store_count)) over (partition by counted.cluster) as store_share
        from counted
        inner join frequent on frequent.value = counted.value
        inner join clusters_at($category, $stage) as named on named.cluster = counted.cluster
        group by counted.cluster, if(frequent.place <= $most, counted.value, 'other')
        order by any_value(named.colour_id), counted.cluster, min(frequent.place)
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
            select placed.cluster, features.raw_value
            from placed_at($category, $stage) as placed
            left join marts.store_features as features
                on features.store_id = placed.store_id
                and features.dataset = 'external'
                and features.feature = $feature
        ),

        -- the highest value of each of the lower bands
        ends as (
            select quantile_disc(raw_value, [0.25, 0.5, 0.75]) as highest
            from valued
        ),

        counted as (
            select
                valued.cluster,
                if(
                    valued.raw_value is null,
                    5,
                    1 + len(list_filter(ends.highest, lambda cut: cut < valued.raw_value))
                )::integer as place,
                min(valued.raw_value) as lowest,
                max(valued.raw_value) as highest,
                count(*) as store_count
            from valued
            cross join ends
            group by all
        ),

        bands as (
            select place, min(lowest) as lowest, max(highest) as highest
            from counted
            group by place
        )

        select
            counted.cluster,
            named.title,
            named.colour_id::integer as colour_id,
            if(
                counted.place = 5,
                'unknown',
                format('{:.4g} to {:.4g}', bands.lowest, bands.highest)
            ) as value,
            counted.place,
            counted.store_count,
            counted.store_count / sum(counted.store_count) over (partition by counted.cluster)
                as store_share
        from counted
        inner join bands on bands.place = counted.place
        inner join clusters_at($category, $stage) as named on named.cluster = counted.cluster
        order by named.colour_id, counted.cluster, counted.place
        """,
        {"category": category, "stage": stage, "feature": feature},
    ).astype({"colour_id": "Int64"})
