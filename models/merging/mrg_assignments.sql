{#- How near every store is to its final cluster, which comes next, and how sure that is. -#}
with

placements as (

    select * from {{ ref('mrg_placements') }}

),

distances as (

    select * from {{ ref('mrg_distances') }}

),

others as (

    select
        placements.category,
        placements.store_id,
        distances.cluster_id,
        distances.distance,
        row_number() over (
            partition by placements.category, placements.store_id
            order by distances.distance, distances.cluster_id
        ) as nearness
    from placements
    inner join distances
        on placements.category = distances.category and placements.store_id = distances.store_id
    where placements.final_cluster_id <> distances.cluster_id

),

nearest as (

    select
        placements.*,
        own.distance,
        others.cluster_id as second_cluster_id,
        others.distance as second_distance
    from placements
    inner join distances as own
        on
            placements.category = own.category
            and placements.store_id = own.store_id
            and placements.final_cluster_id = own.cluster_id
    left join others
        on
            placements.category = others.category
            and placements.store_id = others.store_id
            and others.nearness = 1

),

final as (

    select
        *,
        -- 1 in the middle of the cluster, 0 on the border to the next or beyond it
        case
            when second_distance is null then 1
            else greatest(0, 1 - coalesce({{ safe_divide('distance', 'second_distance') }}, 1))
        end as confidence
    from nearest

)

select * from final
