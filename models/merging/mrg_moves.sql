with

members as (

    select * from {{ ref('mrg_members') }} where is_moved

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
        members.category,
        members.store_id,

        -- the move
        members.merged_label as from_label,
        members.final_label as to_label,
        label_distances.distance as from_distance,
        distances.distance as to_distance,
        members.move_reason as reason
    from members
    inner join label_distances
        on
            members.category = label_distances.category
            and members.store_id = label_distances.store_id
            and members.merged_label = label_distances.cluster_id
    inner join distances
        on
            members.category = distances.category
            and members.store_id = distances.store_id
            and members.final_cluster_id = distances.cluster_id

)

select * from final
