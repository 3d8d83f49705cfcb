{#- A thin store left nothing but the cluster that its external data lead to. -#}
with

placements as (

    select * from {{ ref('mrg_placements') }} where is_moved

),

label_distances as (

    select * from {{ ref('mrg_label_distances') }}

),

distances as (

    select * from {{ ref('mrg_distances') }}

),

final as (

    select
        -- ids
        placements.category,
        placements.store_id,

        -- the move
        coalesce(placements.own_label, placements.merged_label) as from_label,
        placements.final_label as to_label,
        coalesce(own.distance, label_distances.distance) as from_distance,
        distances.distance as to_distance,
        placements.move_reason as reason
    from placements
    inner join distances
        on
            placements.category = distances.category
            and placements.store_id = distances.store_id
            and placements.final_cluster_id = distances.cluster_id
    left join distances as own
        on
            placements.category = own.category
            and placements.store_id = own.store_id
            and placements.own_cluster_id = own.cluster_id
    left join label_distances
        on
            placements.category = label_distances.category
            and placements.store_id = label_distances.store_id
            and placements.merged_label = label_distances.cluster_id

)

select * from final
