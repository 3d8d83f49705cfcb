{#- The stores whose final cluster is another than in the run before, and why: the first that holds, in
    the order of the branches below. A category that the run before did not have changes nothing. Only
    under the method cross does a merged label mean the same in both runs. -#}
{% set same_label = "members.merged_label = known.merged_label" if setting('merging.method') == 'cross' else 'false' %}
with

members as (

    select * from {{ ref('mrg_members') }}

),

names as (

    select * from {{ ref('mrg_names') }}

),

previous as (

    select * from {{ ref('mrg_previous') }}

),

known_stores as (

    select * from {{ source('history', 'store_clusters') }}

),

known_clusters as (

    select * from {{ source('history', 'clusters') }}

),

changed_data as (

    select * from {{ ref('mrg_changed_data') }}

),

known as (

    select
        previous.category,
        previous.store_id,
        previous.cluster_id,
        known_stores.merged_label,
        known_stores.final_label,
        known_stores.is_reassigned,
        known_stores.assignment_basis,
        known_clusters.name
    from previous
    inner join known_stores
        on
            previous.category = known_stores.category
            and previous.store_id = known_stores.store_id
    left join known_clusters
        on
            previous.category = known_clusters.category
            and previous.cluster_id = known_clusters.final_cluster_id

),

final as (

    select
        -- ids
        coalesce(members.category, known.category) as category,
        coalesce(members.store_id, known.store_id) as store_id,

        -- then
        known.cluster_id as previous_cluster_id,
        known.final_label as previous_label,
        known.name as previous_name,

        -- now
        members.final_cluster_id,
        members.final_label,
        names.name,

        case
            when known.store_id is null then 'new store'
            when members.store_id is null then 'no longer clustered'
            when members.constraint_kind = 'override' or known.assignment_basis = 'override'
                then 'an override'
            when members.leave_reason is not null then 'a constraint'
            when changed_data.store_id is not null and not {{ same_label }} then 'its data changed'
            when members.is_moved or known.is_reassigned
                then 'a reassignment of a small cluster'
            else 'the clusters moved'
        end as reason,
        members.move_reason,
        changed_data.feature_count as changed_feature_count
    from members
    full outer join known
        on members.category = known.category and members.store_id = known.store_id
    left join names
        on
            members.category = names.category
            and members.final_cluster_id = names.final_cluster_id
    left join changed_data
        on
            members.category = changed_data.category
            and members.store_id = changed_data.store_id
    where
        members.final_cluster_id is distinct from known.cluster_id
        and coalesce(members.category, known.category) in (select category from previous)

)

select * from final
