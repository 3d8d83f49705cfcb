{#- Every store with a final cluster: the members that the clusters were found by, and the thin stores, whose
    label is of the external side alone. A thin store is nobody's member: only a person moves it. -#}
with

members as (

    select * from {{ ref('mrg_members') }}

),

assignments as (

    select * from {{ ref('mrg_assignments') }}

),

thin_labels as (

    select * from {{ ref('mrg_new_labels') }} where is_thin

),

new_members as (

    select * from {{ ref('mrg_new_members') }}

),

new_assignments as (

    select * from {{ ref('mrg_new_assignments') }}

),

final as (

    select
        -- ids
        assignments.category,
        assignments.store_id,
        assignments.merged_label,
        assignments.final_label,
        assignments.final_cluster_id,

        -- how it got there
        members.is_moved,
        members.constraint_kind,
        members.move_reason,
        members.leave_reason,

        -- how sure it is
        assignments.distance,
        assignments.second_cluster_id,
        assignments.second_distance,
        assignments.confidence
    from assignments
    inner join members
        on
            assignments.category = members.category
            and assignments.store_id = members.store_id
    union all
    select
        new_assignments.category,
        new_assignments.store_id,
        '0_' || cast(thin_labels.external_cluster_id as varchar) as merged_label,
        new_assignments.final_label,
        new_assignments.final_cluster_id,
        new_members.final_cluster_id <> new_members.own_cluster_id as is_moved,
        case when new_members.decided_reason is not null then 'override' end as constraint_kind,
        case
            when new_members.final_cluster_id <> new_members.own_cluster_id
                then new_members.decided_reason
        end as move_reason,
        case
            when new_members.final_cluster_id <> new_members.own_cluster_id
                then new_members.decided_reason
        end as leave_reason,
        new_assignments.distance,
        new_assignments.second_cluster_id,
        new_assignments.second_distance,
        new_assignments.confidence
    from new_assignments
    inner join thin_labels
        on
            new_assignments.category = thin_labels.category
            and new_assignments.store_id = thin_labels.store_id
    inner join new_members
        on
            new_assignments.category = new_members.category
            and new_assignments.store_id = new_members.store_id

)

select * from final
