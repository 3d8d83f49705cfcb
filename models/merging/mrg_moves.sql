with

members as (

    select * from {{ ref('mrg_members') }} where merged_label <> final_label

),

label_distances as (

    select * from {{ ref('mrg_label_distances') }}

),

distances as (

    select * from {{ ref('mrg_distances') }}

),

folds as (

    select * from {{ ref('mrg_folds') }}

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
        'its cluster was too small (' || cast(folds.store_count as varchar)
        || case when folds.store_count = 1 then ' store)' else ' stores)' end as reason
    from members
    inner join folds
        on members.category = folds.category and members.merged_label = folds.merged_label
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
