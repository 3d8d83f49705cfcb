"""What every query may call besides the functions of DuckDB.

`cluster_title(id, name, label)`: how a final cluster is called.

`stores_at(category, stage)`: one row per store of a category (null: of all categories)
that has a cluster, with all columns of `marts.store_clusters` and, of the stage `final`,
`merged`, `internal` or `external`: `cluster` (as text; `none` where that side has no
cluster), `title` (for people) and `colour_id` (the number that decides the colour; empty
if it has none). A merged label has the colour of the final cluster that has grown from
it. Legends and tables are ordered by `colour_id, cluster`.

`in_sample(part, key, most)`: for `qualify`; keeps about `most` rows, of every part its
share and at least one. Which ones is decided by a hash of the key, so it is always the
same rows, whatever their order.
"""

MACROS = """
create temp macro cluster_title(id, name, label) as
    id || ' · ' || coalesce(nullif(trim(name), ''), label, 'no name');

create temp macro stores_at(wanted_category, wanted_stage) as table
    with placed as (
        select
            assigned.*,
            coalesce(
                case wanted_stage
                    when 'final' then assigned.final_cluster_id::varchar
                    when 'merged' then assigned.merged_label
                    when 'internal' then assigned.internal_cluster_id::varchar
                    when 'external' then assigned.external_cluster_id::varchar
                end,
                'none'
            ) as cluster,
            case wanted_stage
                when 'final' then assigned.final_label
                when 'merged' then assigned.merged_label
            end as grown_from
        from marts.store_clusters as assigned
        where assigned.category = wanted_category or wanted_category is null
    )

    select
        placed.* exclude (grown_from),
        case
            when placed.cluster = 'none' then 'no cluster on this side'
            when wanted_stage = 'final' then cluster_title(
                placed.final_cluster_id, clusters.name, placed.final_label
            )
            when wanted_stage = 'merged' then cluster_title(
                placed.cluster,
                if(clusters.final_label is null, 'dissolved', clusters.name),
                'no name'
            )
            when wanted_stage = 'internal' then 'Internal ' || placed.cluster
            else 'External ' || placed.cluster
        end as title,
        case wanted_stage
            when 'final' then placed.final_cluster_id
            when 'merged' then clusters.final_cluster_id
            else try_cast(placed.cluster as integer)
        end as colour_id
    from placed
    left join marts.clusters
        on clusters.category = placed.category
        and clusters.final_label = placed.grown_from;

create temp macro in_sample(part, key, most) as
    row_number() over (partition by part order by hash(key), key)
    <= greatest(1, floor(most * count(*) over (partition by part) / count(*) over ()));
"""
