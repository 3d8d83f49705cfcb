"""What is known of one store, over all categories."""

from typing import Any

import pandas as pd

from app.data.published import Version, has_table, query

COMPARED = 20_000
"""So many stores are compared with one, in a larger chain those nearest on its published map."""


def search(version: Version, text: str, most: int) -> pd.DataFrame:
    """Return `store_id` and `store_name` of stores whose id or name contains a text.

    A store with exactly this id or name comes first, then ids and names that begin with
    the text. Whatever the case; an empty text finds the first stores.
    """
    return query(
        version,
        """
        with wanted as (select lower(trim($text)) as text)

        select store_id, coalesce(store_name, store_id) as store_name
        from marts.stores
        cross join wanted
        where
            wanted.text = ''
            or contains(lower(concat_ws(' ', store_id, store_name)), wanted.text)
        order by
            wanted.text <> '' and lower(store_id) <> wanted.text,
            wanted.text <> '' and lower(coalesce(store_name, '')) <> wanted.text,
            wanted.text <> '' and not starts_with(lower(store_id), wanted.text),
            wanted.text <> '' and not starts_with(lower(coalesce(store_name, '')), wanted.text),
            store_id
        limit $most
        """,
        {"text": text, "most": most},
    )


def store(version: Version, store_id: str) -> dict[str, Any] | None:
    """Return a store, whether it has a cluster or not, or None if there is no such id."""
    found = query(version, "select * from marts.stores where store_id = ?", (store_id,))
    return None if found.empty else found.to_dict("records")[0]


def clusters(version: Version, store_id: str) -> pd.DataFrame:
    """Return one row per category in which the store has a cluster."""
    return query(
        version,
        """
        select
            placed.category,
            placed.title as final,
            placed.final_cluster_id,
            placed.internal_cluster_id::integer as internal_cluster_id,
            placed.external_cluster_id::integer as external_cluster_id,
            placed.merged_label,
            placed.confidence::double as confidence,
            cluster_title(
                placed.second_cluster_id, second.name, second.final_label
            ) as second_best,
            placed.distance::double as distance,
            placed.second_distance::double as second_distance,
            placed.assignment_basis,
            placed.is_reassigned,
            placed.is_outlier,
            round(placed.sales_amount)::bigint as sales_amount
        from stores_at(null, 'final') as placed
        left join marts.clusters as second
            on second.category = placed.category
            and second.final_cluster_id = placed.second_cluster_id
        where placed.store_id = ?
        order by placed.category
        """,
        (store_id,),
    ).astype({"internal_cluster_id": "Int64", "external_cluster_id": "Int64"})


def without_cluster(version: Version, store_id: str) -> pd.DataFrame:
    """Return one row per category in which the store has no cluster: the reason, its sales."""
    return query(
        version,
        """
        select category, reason, round(sales_amount)::bigint as sales_amount
        from marts.stores_without_cluster
        where store_id = ?
        order by category
        """,
        (store_id,),
    )


def scores(version: Version, store_id: str) -> pd.DataFrame:
    """Return which cluster the store would join where it took no part; needs `store_scores`."""
    return query(
        version,
        """
        select
            scored.category,
            cluster_title(scored.final_cluster_id, clusters.name, scored.final_label) as final,
            scored.basis,
            scored.value_count,
            scored.imputed_count,
            scored.confidence::double as confidence,
            cluster_title(scored.second_cluster_id, second.name, second.final_label)
                as second_best,
            scored.reason
        from marts.store_scores as scored
        left join marts.clusters
            on clusters.category = scored.category
            and clusters.final_cluster_id = scored.final_cluster_id
        left join marts.clusters as second
            on second.category = scored.category
            and second.final_cluster_id = scored.second_cluster_id
        where scored.store_id = ?
        order by scored.category
        """,
        (store_id,),
    )


def reasons(version: Version, category: str, store_id: str) -> pd.DataFrame:
    """Return the features that decided between two clusters; needs `store_reasons`."""
    return query(
        version,
        """
        select
            rank, dataset, feature, value, cluster_mean, second_cluster_mean, contribution, sentence
        from marts.store_reasons
        where category = ? and store_id = ?
        order by rank
        """,
        (category, store_id),
    )


def move(version: Version, category: str, store_id: str) -> dict[str, Any] | None:
    """Return why the store was moved out of a small cluster; needs `cluster_moves`."""
    found = query(
        version,
        """
        select from_label, to_label, reason
        from marts.cluster_moves
        where category = ? and store_id = ?
        """,
        (category, store_id),
    )
    return None if found.empty else found.to_dict("records")[0]


def history(version: Version, store_id: str) -> pd.DataFrame:
    """Return in which final cluster the store was, and when; needs `store_cluster_history`."""
    return query(
        version,
        """
        select
            category,
            cluster_title(final_cluster_id, name, final_label) as final,
            valid_from,
            valid_to
        from marts.store_cluster_history
        where store_id = ?
        order by category, valid_from desc
        """,
        (store_id,),
    )


def changes(version: Version, store_id: str) -> pd.DataFrame:
    """Return what the last run changed for the store; needs `cluster_changes`."""
    return query(
        version,
        """
        select
            category,
            cluster_title(previous_cluster_id, previous_name, previous_label) as before,
            cluster_title(final_cluster_id, name, final_label) as after,
            reason
        from marts.cluster_changes
        where store_id = ?
        order by category
        """,
        (store_id,),
    )


def neighbours(version: Version, category: str, store_id: str, most: int) -> pd.DataFrame:
    """Return the stores of a category that are most like a store, the nearest first.

    Needs `store_features` and `model_parameters`. Nearness is the distance in all values that
    the clustering saw, each side weighted as for the final clusters; stores are compared on the
    features that both have. Of more than `COMPARED` stores those are compared that are nearest on
    the map of the principal components, of both sides if there is one.

    Returns
    -------
    DataFrame
        `store_id`, `store_name`, `cluster` (the title of its final cluster), `colour_id`,
        `is_same` (it shares the cluster of the store), `distance`, `compared` of `of` (how many
        stores were compared, and have a cluster in the category).
    """
    near = _near(version, category, store_id) if has_table(version, "store_projection") else []
    return query(
        version,
        """
        with clustered as not materialized (
            select store_id from marts.store_clusters where category = $category
        ),

        near as materialized (
            select unnest($near::varchar[]) as store_id
            union all
            select store_id from clustered where len($near::varchar[]) = 0
            union all
            select $store_id
        ),

        factors as (
            select dataset, max(value) as factor
            from marts.model_parameters
            where category = $category and parameter = 'space_factor'
            group by dataset
        ),

        -- external features of the category go before those of all
        sides as (
            select dataset, if(bool_or(category <> 'all'), $category, 'all') as category
            from marts.store_features
            where
                store_id = $store_id
                and category in ($category, 'all')
                and model_value is not null
            group by dataset
        ),

        seen as materialized (
            select
                features.store_id,
                features.dataset,
                features.feature,
                features.model_value * coalesce(factors.factor, 1) as value
            from (
                select store_id, category, dataset, feature, model_value
                from marts.store_features
                where
                    category in ($category, 'all')
                    and model_value is not null
                    and store_id in (select near.store_id from near)
            ) as features
            inner join sides
                on sides.dataset = features.dataset and sides.category = features.category
            left join factors on factors.dataset = features.dataset
        ),

        own as (
            select dataset, feature, value from seen where store_id = $store_id
        ),

        distances as (
            select
                seen.store_id,
                sqrt(sum(power(seen.value - own.value, 2))) as distance,
                count(*) as shared
            from seen
            inner join own on own.dataset = seen.dataset and own.feature = seen.feature
            where seen.store_id <> $store_id
            group by seen.store_id
        )

        select
            distances.store_id,
            placed.store_name,
            placed.title as cluster,
            placed.colour_id::integer as colour_id,
            placed.final_cluster_id is not distinct from (
                select final_cluster_id
                from marts.store_clusters
                where category = $category and store_id = $store_id
            ) as is_same,
            round(distances.distance, 9) as distance,
            if(
                len($near::varchar[]) = 0, (select count(*) from clustered), len($near::varchar[])
            ) as compared,
            (select count(*) from clustered) as of
        from distances
        inner join stores_at($category, 'final') as placed on placed.store_id = distances.store_id
        -- a store that lacks a side would look nearer than it is
        where distances.shared = (select count(*) from own)
        order by round(distances.distance, 9), distances.store_id
        limit $most
        """,
        {"category": category, "store_id": store_id, "most": most, "near": near},
    )


def _near(version: Version, category: str, store_id: str) -> list[str]:
    """Return the stores of a large category that are nearest to a store on a published map.

    None if the category is small enough to compare all, or the store is on no map.
    """
    found = query(
        version,
        """
        with maps as not materialized (
            select dataset, store_id, x, coalesce(y, 0) as y, coalesce(z, 0) as z
            from marts.store_projection
            where category in ($category, 'all') and method = 'pca'
        ),

        place as (
            select dataset, x, y, z
            from maps
            where store_id = $store_id
            order by list_position(['joint', 'internal', 'external'], dataset)
            limit 1
        )

        select maps.store_id
        from maps
        inner join place on place.dataset = maps.dataset
        where
            (
                select count(*) from marts.store_clusters where category = $category
            ) > $compared
        order by
            power(maps.x - place.x, 2)
            + power(maps.y - place.y, 2)
            + power(maps.z - place.z, 2),
            maps.store_id
        limit $compared
        """,
        {"category": category, "store_id": store_id, "compared": COMPARED},
    )
    return found["store_id"].tolist()
