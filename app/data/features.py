"""The values of features, store by store and summed up; all of it needs `store_features`.

Features are called by their title, `<feature> (<side>)`, which is unique: both sides may
have one of the same name. `values` says which of two numbers is meant: `raw`, as it was
read, or `model`, as the clustering saw it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from app.data.published import Version, has_table, query

VALUES = ("raw", "model")

MEASURED = 100_000
"""Figures of more stores than this are of about so many, of every cluster its share."""


def offered(version: Version, category: str) -> pd.DataFrame:
    """Return the features of a category, those that part its clusters most first.

    Returns
    -------
    DataFrame
        `title`, `dataset`, `feature`, `is_used` (the clustering used it).
    """
    if has_table(version, "cluster_features"):
        found = query(
            version,
            """
            select
                feature || ' (' || dataset || ')' as title,
                dataset,
                feature,
                bool_or(is_used) as is_used
            from marts.cluster_features
            where category = ?
            group by dataset, feature
            order by max(abs(effect_size)) desc nulls last, dataset, feature
            """,
            (category,),
        )
        if len(found):
            return found
    return query(
        version,
        """
        select
            feature || ' (' || dataset || ')' as title,
            dataset,
            feature,
            count(model_value) > 0 as is_used
        from marts.store_features
        where category in (?, 'all')
        group by dataset, feature
        order by dataset desc, feature
        """,
        (category,),
    )


def by_store(
    version: Version,
    category: str,
    stage: str,
    titles: Sequence[str],
    *,
    values: str = "raw",
    clusters: Sequence[str] = (),
    most: int | None = None,
) -> pd.DataFrame:
    """Return one row per store with the chosen features side by side.

    Parameters
    ----------
    titles
        The features.
    clusters
        Only stores of these clusters of the stage; none means all.
    most
        About how many stores; of every cluster its share. None means all.

    Returns
    -------
    DataFrame
        `store_id`, `store_name`, `cluster`, `title`, `colour_id`, `confidence`, `sales_amount`,
        `matching` (how many stores there are), and a column per feature, empty where a store has
        no value; in the order of legends.
    """
    found = query(
        version,
        """
        with placed as materialized (
            select
                sampled.store_id,
                sampled.store_name,
                sampled.cluster,
                named.title,
                named.colour_id::integer as colour_id,
                sampled.confidence::double as confidence,
                round(sampled.sales_amount)::bigint as sales_amount,
                sampled.total as matching
            from sampled_at($category, $stage, $clusters, $most) as sampled
            inner join clusters_at($category, $stage) as named on named.cluster = sampled.cluster
        ),

        chosen as (
            select
                unnest($titles::varchar[]) as feature,
                unnest($names::varchar[]) as name,
                unnest($sides::varchar[]) as side,
                unnest(range(len($titles::varchar[]))) as place
        ),

        valued as materialized (
            select
                features.store_id,
                chosen.place,
                if($values = 'model', features.model_value, features.raw_value) as number
            from marts.store_features as features
            semi join placed on placed.store_id = features.store_id
            inner join chosen
                on chosen.name = features.feature and chosen.side = features.dataset
            where
                features.category in ($category, 'all')
                and list_contains($names::varchar[], features.feature)
        )

        select
            placed.*,
            -- sorted as a list: an aggregate with an order of its own keeps room for 2,048 values
            list_transform(list_sort(list(
                {'place': chosen.place, 'number': coalesce(valued.number, 'nan'::double)}
            )), lambda one: one.number) as numbers
        from placed
        cross join chosen
        left join valued on valued.store_id = placed.store_id and valued.place = chosen.place
        group by all
        order by placed.colour_id, placed.cluster, placed.store_id
        """,
        {"category": category, "stage": stage, "values": values}
        | {"clusters": list(clusters), "most": most}
        | _bound(titles),
    ).astype({"colour_id": "Int64"})
    numbers = np.array(found["numbers"].tolist(), dtype="float64").reshape(len(found), len(titles))
    wide = pd.DataFrame(numbers, columns=list(titles), index=found.index)
    return pd.concat([found.drop(columns="numbers"), wide], axis=1)


def statistics(
    version: Version, category: str, stage: str, titles: Sequence[str], values: str = "raw"
) -> pd.DataFrame:
    """Return one row per feature and cluster, and one per feature for all stores.

    Parameters
    ----------
    titles
        The features; the rows come in their order.

    Returns
    -------
    DataFrame
        `feature`, `cluster` (empty for all stores, which come first), `title`, `colour_id`,
        `store_count`, and of the `measured` stores (of more than `MEASURED` about so many)
        `missing_count` and of the values that are there `mean`, `deviation`, `minimum`, `p05`,
        `p25`, `median`, `p75`, `p95`, `maximum`.
    """
    return query(
        version,
        """
        with chosen as (
            select
                unnest($titles::varchar[]) as feature,
                unnest($names::varchar[]) as name,
                unnest($sides::varchar[]) as side,
                unnest(range(len($titles::varchar[]))) as place
        ),

        placed as materialized (
            select store_id, cluster from sampled_at($category, $stage, [], $most)
        ),

        numbers as (
            select
                placed.cluster,
                chosen.place,
                if($values = 'model', features.model_value, features.raw_value) as number
            from (  -- the sample first: all values would not fit into memory
                select * from marts.store_features
                where
                    category in ($category, 'all')
                    and list_contains($names::varchar[], feature)
                    and store_id in (select store_id from placed)
            ) as features
            inner join placed on placed.store_id = features.store_id
            inner join chosen
                on chosen.name = features.feature and chosen.side = features.dataset
        ),

        measured as (
            select cluster, count(*) as measured from placed group by grouping sets ((cluster), ())
        ),

        clusters as (
            select
                cluster,
                if(grouping(cluster) = 1, 'All stores', any_value(title)) as title,
                if(grouping(cluster) = 1, null, any_value(colour_id))::integer as colour_id,
                sum(store_count)::bigint as store_count
            from clusters_at($category, $stage)
            group by grouping sets ((cluster), ())
        ),

        summed as (
            select
                place,
                cluster,
                count(number) as value_count,
                avg(number) as mean,
                stddev_pop(number) as deviation,
                min(number) as minimum,
                quantile_cont(number, [0.05, 0.25, 0.5, 0.75, 0.95]) as cuts,
                max(number) as maximum
            from numbers
            group by grouping sets ((place, cluster), (place))
        )

        select
            chosen.feature,
            clusters.cluster,
            clusters.title,
            clusters.colour_id,
            clusters.store_count,
            round(clusters.store_count * (1 - coalesce(summed.value_count, 0) / measured.measured))
                ::bigint as missing_count,
            measured.measured,
            summed.mean,
            summed.deviation,
            summed.minimum,
            summed.cuts[1] as p05,
            summed.cuts[2] as p25,
            summed.cuts[3] as median,
            summed.cuts[4] as p75,
            summed.cuts[5] as p95,
            summed.maximum
        from chosen
        cross join clusters
        inner join measured on measured.cluster is not distinct from clusters.cluster
        left join summed
            on summed.place = chosen.place
            and summed.cluster is not distinct from clusters.cluster
        order by
            chosen.place,
            clusters.cluster is not null,
            clusters.colour_id,
            clusters.cluster
        """,
        {"category": category, "stage": stage, "values": values, "most": MEASURED} | _bound(titles),
    ).astype({"colour_id": "Int64"})


def histogram(
    version: Version,
    category: str,
    stage: str,
    title: str,
    *,
    values: str = "raw",
    bins: int = 30,
) -> pd.DataFrame:
    """Return how many stores of each cluster, and of all, are in bins of equal width.

    Parameters
    ----------
    title
        The feature.
    bins
        How many bins from the 1st to the 99th percentile of all stores; what lies beyond is in
        the first and the last bin.

    Returns
    -------
    DataFrame
        `cluster` (empty for all stores, which come first), `title`, `colour_id`, `bin_start`,
        `bin_end`, `store_count`, `store_share` of the stores of the cluster that have a value.
        Bins without stores have no row. Of more than `MEASURED` stores about so many are counted.
    """
    return query(
        version,
        """
        with valued as (
            select
                placed.cluster,
                if($values = 'model', features.model_value, features.raw_value) as number
            from sampled_at($category, $stage, [], $most) as placed
            inner join marts.store_features as features on features.store_id = placed.store_id
            where
                features.category in ($category, 'all')
                and features.feature = $name
                and features.dataset = $side
                and if($values = 'model', features.model_value, features.raw_value) is not null
        ),

        ends as (
            select quantile_cont(number, 0.01) as lowest, quantile_cont(number, 0.99) as highest
            from valued
        ),

        binned as (
            select
                valued.cluster,
                ends.lowest,
                if(ends.highest > ends.lowest, (ends.highest - ends.lowest) / $bins, 1) as width,
                greatest(0, least($bins - 1, coalesce(
                    floor((valued.number - lowest) / nullif(highest - lowest, 0) * $bins), 0
                ))) as bin
            from valued
            cross join ends
        ),

        counted as (
            select
                cluster,
                any_value(lowest) + bin * any_value(width) as bin_start,
                any_value(lowest) + (bin + 1) * any_value(width) as bin_end,
                count(*) as store_count
            from binned
            group by grouping sets ((cluster, bin), (bin))
        )

        select
            counted.cluster,
            if(counted.cluster is null, 'All stores', named.title) as title,
            named.colour_id::integer as colour_id,
            counted.bin_start,
            counted.bin_end,
            counted.store_count,
            counted.store_count / sum(counted.store_count) over (partition by counted.cluster)
                as store_share
        from counted
        left join clusters_at($category, $stage) as named on named.cluster = counted.cluster
        order by counted.cluster is not null, named.colour_id, counted.cluster, counted.bin_start
        """,
        {
            "category": category,
            "stage": stage,
            "name": _parts(title)[0],
            "side": _parts(title)[1],
            "values": values,
            "bins": bins,
            "most": MEASURED,
        },
    ).astype({"colour_id": "Int64"})


def _parts(title: str) -> tuple[str, str]:
    """Return the feature and the side of a title.

    Examples
    --------
    >>> _parts("tea (green) (internal)")
    ('tea (green)', 'internal')
    """
    name, _, side = title.rpartition(" (")
    return name, side.removesuffix(")")


def _bound(titles: Sequence[str]) -> dict[str, list[str]]:
    """Return the chosen features as the queries take them."""
    parts = [_parts(title) for title in titles]
    return {
        "titles": list(titles),
        "names": [name for name, _ in parts],
        "sides": [side for _, side in parts],
    }


def stacked(wide: pd.DataFrame, category: str, titles: Sequence[str]) -> pd.DataFrame:
    """Return the stores that have a value of every feature, one row per store and feature.

    Parameters
    ----------
    wide
        As `by_store` returns it.

    Returns
    -------
    DataFrame
        `category`, `store_id`, `feature`, `value`.
    """
    complete = wide.dropna(subset=list(titles))
    long = complete.melt(
        id_vars="store_id", value_vars=list(titles), var_name="feature", value_name="value"
    )
    long.insert(0, "category", category)
    return long
