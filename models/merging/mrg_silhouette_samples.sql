{#- The stores that are compared with each other for the silhouettes. Of a large category those whose
    store id has the lowest hash: the same ones on every run and in every stage. -#}
with

stages as (

    select * from {{ ref('mrg_stages') }}

),

positions as (

    select * from {{ ref('mrg_stage_positions') }}

),

sizes as (

    select
        category,
        stage,
        cluster,
        count(*) as cluster_size,
        sum(count(*)) over (partition by category, stage) as store_count,
        count(*) over (partition by category, stage) as cluster_count
    from stages
    group by category, stage, cluster

),

ranked as (

    select
        *,
        row_number() over (
            partition by category, stage, cluster order by md5(store_id), store_id
        ) as hash_rank
    from stages

),

sampled as (

    select
        ranked.category,
        ranked.stage,
        ranked.store_id
    from ranked
    inner join sizes
        on
            ranked.category = sizes.category
            and ranked.stage = sizes.stage
            and ranked.cluster = sizes.cluster
    where
        -- one cluster has no silhouette
        sizes.cluster_count > 1
        and ranked.hash_rank <= {{ sampled_stores('sizes.cluster_size', 'sizes.store_count') }}

),

final as (

    select
        positions.category,
        positions.stage,
        positions.store_id,
        positions.cluster,
        -- sorted as a list: an aggregate with an order of its own keeps room for 2,048 values per store
        list_transform(
            list_sort(array_agg({'dimension': positions.dimension, 'value': positions.value})),
            lambda one: one.value
        ) as position
    from positions
    inner join sampled
        on
            positions.category = sampled.category
            and positions.stage = sampled.stage
            and positions.store_id = sampled.store_id
    group by positions.category, positions.stage, positions.store_id, positions.cluster

)

select * from final
