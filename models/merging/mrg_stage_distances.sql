with

positions as (

    select * from {{ ref('mrg_stage_positions') }}

),

centroids as (

    select * from {{ ref('mrg_stage_centroids') }}

),

final as (

    select
        positions.category,
        positions.stage,
        positions.store_id,
        positions.cluster,
        sqrt({{ exact_sum('power(positions.value - centroids.value, 2)') }}) as distance
    from positions
    inner join centroids
        on
            positions.category = centroids.category
            and positions.stage = centroids.stage
            and positions.cluster = centroids.cluster
            and positions.dimension = centroids.dimension
    group by positions.category, positions.stage, positions.store_id, positions.cluster

)

select * from final
