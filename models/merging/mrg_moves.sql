{#- A thin store left nothing but the cluster that its external data lead to. -#}
with

members as (

    select * from {{ ref('mrg_members') }} where is_moved

),

new_members as (

    select * from {{ ref('mrg_new_members') }} where final_cluster_id <> own_cluster_id

),

new_distances as (

    select * from {{ ref('mrg_new_distances') }}

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
    union all
    select
        new_members.category,
        new_members.store_id,
        new_members.own_label as from_label,
        new_members.final_label as to_label,
        own_distances.distance as from_distance,
        new_distances.distance as to_distance,
        new_members.decided_reason as reason
    from new_members
    inner join new_distances as own_distances
        on
            new_members.category = own_distances.category
            and new_members.store_id = own_distances.store_id
            and new_members.own_cluster_id = own_distances.cluster_id
    inner join new_distances
        on
            new_members.category = new_distances.category
            and new_members.store_id = new_distances.store_id
            and new_members.final_cluster_id = new_distances.cluster_id

)

select * from final
