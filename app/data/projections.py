"""Where stores stand on published maps of their features; needs `store_projection`."""

from collections.abc import Sequence

import pandas as pd

from app.data.published import Version, query

MEASURED = 50_000
"""Figures of more stores than this are of about so many, always the same ones."""


def offered(version: Version, category: str) -> pd.DataFrame:
    """Return `dataset` and `method` of each published projection of a category."""
    return query(
        version,
        """
        select distinct dataset, method
        from marts.store_projection
        where category in (?, 'all')
        order by list_position(['joint', 'internal', 'external'], dataset), method
        """,
        (category,),
    )


def by_store(
    version: Version,
    category: str,
    stage: str,
    dataset: str,
    method: str,
    clusters: Sequence[str] = (),
    most: int | None = None,
) -> pd.DataFrame:
    """Return one row per store of a category that is on a published map.

    Parameters
    ----------
    clusters
        Only stores of these clusters of the stage; none means all.
    most
        About how many stores; of every cluster its share. None means all.

    Returns
    -------
    DataFrame
        `store_id`, `store_name`, `cluster`, `title`, `colour_id`, `confidence`, `sales_amount`,
        `x`, `y`, `z`, `matching` (how many stores there are), in the order of legends.
    """
    return query(
        version,
        """
        with found as not materialized (
            select
                placed.*,
                projected.x,
                projected.y,
                projected.z
            from placed_at($category, $stage) as placed
            inner join marts.store_projection as projected
                on projected.store_id = placed.store_id
                and projected.category in ($category, 'all')
                and projected.dataset = $dataset
                and projected.method = $method
            where
                len($clusters::varchar[]) = 0
                or list_contains($clusters::varchar[], placed.cluster)
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
            found.confidence::double as confidence,
            round(found.sales_amount)::bigint as sales_amount,
            found.x,
            found.y,
            found.z,
            parts.total::bigint as matching
        from found
        inner join parts on parts.cluster = found.cluster
        inner join clusters_at($category, $stage) as named on named.cluster = found.cluster
        where in_sample(found.store_id, parts.first, parts.total, coalesce($most, parts.total))
        order by colour_id, found.cluster, found.store_id
        """,
        {
            "category": category,
            "stage": stage,
            "dataset": dataset,
            "method": method,
            "clusters": list(clusters),
            "most": most,
        },
    ).astype({"colour_id": "Int64"})


def loadings(version: Version, category: str, dataset: str) -> pd.DataFrame:
    """Return how each feature goes together with the published principal components.

    Needs `store_features`.

    Returns
    -------
    DataFrame
        `feature` (its title), `x`, `y`, `z`: the correlation over the stores of what the
        clustering saw of it with each axis; empty where one of them does not vary. Features that
        the clustering did not use have no row. Of more than `MEASURED` stores about so many count.
    """
    return query(
        version,
        """
        with found as not materialized (
            select store_id, x, y, z
            from marts.store_projection
            where category in ($category, 'all') and dataset = $dataset and method = 'pca'
        ),

        projected as (
            select *
            from found
            where in_sample(store_id, null, (select count(*) from found), $most)
        ),

        together as (
            select
                features.feature || ' (' || features.dataset || ')' as feature,
                if(stddev_pop(x) > 1e-9, corr(model_value, x), null) as x,
                if(stddev_pop(y) > 1e-9, corr(model_value, y), null) as y,
                if(stddev_pop(z) > 1e-9, corr(model_value, z), null) as z
            from projected
            inner join marts.store_features as features
                on features.store_id = projected.store_id
                and features.category in ($category, 'all')
                and features.model_value is not null
            where $dataset = 'joint' or features.dataset = $dataset
            group by features.dataset, features.feature
            having stddev_pop(model_value) > 0
        )

        select *
        from together
        order by abs(x) desc nulls last, feature
        """,
        {"category": category, "dataset": dataset, "most": MEASURED},
    )


def shares(version: Version, category: str, dataset: str) -> pd.DataFrame:
    """Return which part of the differences between stores lies along each published component.

    Needs `store_features` and `model_parameters`. The whole is the variance of all features that
    the clustering used; of the joint map it is the weights of the sides, to which `mrg_space`
    brings their variances over the stores that have that side. It is not known where components
    are not those of the features themselves (`kernel_pca`).

    Returns
    -------
    DataFrame
        `axis` (1, 2, 3) and `share` (empty if it is not known). Of more than `MEASURED` stores
        about so many count.
    """
    return query(
        version,
        """
        with found as not materialized (
            select store_id, x, y, z
            from marts.store_projection
            where category in ($category, 'all') and dataset = $dataset and method = 'pca'
        ),

        projected as (
            select *
            from found
            where in_sample(store_id, null, (select count(*) from found), $most)
        ),

        of_features as (
            select sum(variance) as whole
            from (
                select var_pop(features.model_value) as variance
                from marts.store_features as features
                inner join projected on projected.store_id = features.store_id
                where
                    features.category in ($category, 'all')
                    and features.dataset = $dataset
                    and features.model_value is not null
                group by features.feature
            )
        ),

        has_side as (
            select
                'internal' as dataset,
                count(internal_cluster_id) / count(*) as part
            from marts.store_clusters
            where category = $category
            union all
            select 'external', count(external_cluster_id) / count(*)
            from marts.store_clusters
            where category = $category
        ),

        of_sides as (
            select sum(weights.value * has_side.part) as whole
            from marts.model_parameters as weights
            inner join has_side on has_side.dataset = weights.dataset
            where weights.category in ($category, 'all') and weights.parameter = 'weight'
        ),

        is_bent as (
            select count(*) > 0 as found
            from marts.model_parameters
            where
                category in ($category, 'all')
                and landmark is not null
                and dataset = $dataset
        ),

        along as (
            select
                unnest([1, 2, 3]) as axis,
                unnest([var_pop(x), var_pop(y), var_pop(z)]) as variance
            from projected
        )

        select
            axis,
            if(
                (select found from is_bent),
                null,
                variance / nullif(
                    if(
                        $dataset = 'joint',
                        (select whole from of_sides),
                        (select whole from of_features)
                    ),
                    0
                )
            ) as share
        from along
        order by axis
        """,
        {"category": category, "dataset": dataset, "most": MEASURED},
    )


def model_loadings(version: Version, category: str, dataset: str) -> pd.DataFrame:
    """Return the loadings of the model that made the clusters; needs `model_parameters`.

    Returns
    -------
    DataFrame
        `feature` (its title), and a column per component, as text, with the loading.
    """
    found = query(
        version,
        """
        select
            coalesce(feature, 'store ' || landmark) || ' (' || dataset || ')' as feature,
            component,
            value
        from marts.model_parameters
        where
            category in ($category, 'all')
            and parameter = 'loading'
            and ($dataset = 'joint' or dataset = $dataset)
        order by dataset desc, feature, component
        """,
        {"category": category, "dataset": dataset},
    )
    wide = found.pivot(index="feature", columns="component", values="value")
    wide = wide.reindex(found["feature"].unique())
    wide.columns = [f"Component {number}" for number in wide.columns]
    return wide.reset_index(names="feature")


def labelled(
    version: Version, category: str, stage: str, placed: pd.DataFrame, clusters: Sequence[str] = ()
) -> pd.DataFrame:
    """Return stores that were placed elsewhere with the labels of a stage.

    Parameters
    ----------
    placed
        `store_id`, `x`, `y`, `z`.
    clusters
        Only stores of these clusters of the stage; none means all.

    Returns
    -------
    DataFrame
        As of `by_store`.
    """
    found = query(
        version,
        """
        select
            placed.store_id,
            placed.store_name,
            placed.cluster,
            placed.title,
            placed.colour_id::integer as colour_id,
            placed.confidence::double as confidence,
            round(placed.sales_amount)::bigint as sales_amount
        from stores_at($category, $stage) as placed
        inner join (select unnest($stores::varchar[]) as store_id) as wanted
            on wanted.store_id = placed.store_id
        where
            len($clusters::varchar[]) = 0
            or list_contains($clusters::varchar[], placed.cluster)
        order by colour_id, placed.cluster, placed.store_id
        """,
        {
            "category": category,
            "stage": stage,
            "stores": placed["store_id"].tolist(),
            "clusters": list(clusters),
        },
    ).astype({"colour_id": "Int64"})
    joined = found.merge(placed[["store_id", "x", "y", "z"]], on="store_id", validate="1:1")
    return joined.assign(matching=len(joined))
