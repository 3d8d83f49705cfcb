"""What every query may call besides the functions of DuckDB.

`cluster_title(id, name, label)`: how a final cluster is called.

`cluster_of(stage, store)`: the cluster of a row of `marts.store_clusters` at the stage `final`,
`merged`, `internal` or `external`, as text; `none` where that side has none.

`placed_at(category, stage)`: one row per store of a category (null: of all categories) that
has a cluster, with all columns of `marts.store_clusters` and its `cluster` of the stage.

`clusters_at(category, stage)`: one row per category and cluster of the stage: `title` (for
people), `colour_id` (the number that decides the colour; empty if it has none),
`store_count` and `sales_amount`. A merged label has the colour of the final cluster that has
grown from it. Legends and tables are ordered by `colour_id, cluster`.

`stores_at(category, stage)`: the stores of `placed_at` with the `title` and `colour_id` of
their clusters. Titles are made once per cluster: for each of a million stores it takes seconds.

`in_sample(key, first, total, most)`: whether a row is among about `most` of `total`, picked by
the hash of its key, so that it is always the same rows. `first` is the lowest hash of a part,
say a cluster: every part has at least one row. No window is used, as one would hold all rows
in memory.

`sampled_at(category, stage, clusters, most)`: about `most` (null: all) of the stores of
`placed_at` that are in some clusters (none: in any), of every cluster its share, with `total`,
how many there are.
"""

MACROS = """
create temp macro cluster_title(id, name, label) as
    id || ' · ' || coalesce(nullif(trim(name), ''), label, 'no name');

create temp macro cluster_of(stage, store) as
    coalesce(
        case stage
            when 'final' then store.final_cluster_id::varchar
            when 'merged' then store.merged_label
            when 'internal' then store.internal_cluster_id::varchar
            when 'external' then store.external_cluster_id::varchar
        end,
        'none'
    );

create temp macro placed_at(wanted_category, wanted_stage) as table
    select
        assigned.*,
        cluster_of(wanted_stage, assigned) as cluster
    from marts.store_clusters as assigned
    where assigned.category = wanted_category or wanted_category is null;

create temp macro clusters_at(wanted_category, wanted_stage) as table
    with counted as (
        select
            category,
            cluster,
            count(*) as store_count,
            sum(sales_amount) as sales_amount
        from placed_at(wanted_category, wanted_stage)
        group by category, cluster
    )

    select
        counted.*,
        case
            when counted.cluster = 'none' then 'no cluster on this side'
            when wanted_stage = 'final' then cluster_title(
                counted.cluster, clusters.name, clusters.final_label
            )
            when wanted_stage = 'merged' then cluster_title(
                counted.cluster,
                if(clusters.final_label is null, 'dissolved', clusters.name),
                'no name'
            )
            when wanted_stage = 'internal' then 'Internal ' || counted.cluster
            else 'External ' || counted.cluster
        end as title,
        case
            when wanted_stage in ('final', 'merged') then clusters.final_cluster_id
            else try_cast(counted.cluster as integer)
        end as colour_id
    from counted
    left join marts.clusters
        on clusters.category = counted.category
        and counted.cluster = case wanted_stage
            when 'final' then clusters.final_cluster_id::varchar
            when 'merged' then clusters.final_label
        end;

create temp macro stores_at(wanted_category, wanted_stage) as table
    select placed.*, named.title, named.colour_id
    from placed_at(wanted_category, wanted_stage) as placed
    left join clusters_at(wanted_category, wanted_stage) as named
        on named.category = placed.category and named.cluster = placed.cluster;

create temp macro in_sample(key, first, total, most) as
    hash(key) = first or hash(key) / 18446744073709551616.0 < most / total;

create temp macro sampled_at(wanted_category, wanted_stage, wanted_clusters, most) as table
    with found as not materialized (
        select *
        from placed_at(wanted_category, wanted_stage)
        where
            len(wanted_clusters::varchar[]) = 0
            or list_contains(wanted_clusters::varchar[], cluster)
    ),

    parts as (
        select cluster, min(hash(store_id)) as first, sum(count(*)) over () as total
        from found
        group by cluster
    )

    select found.*, parts.total::bigint as total
    from found
    inner join parts on parts.cluster = found.cluster
    where in_sample(found.store_id, parts.first, parts.total, coalesce(most, parts.total));
"""
