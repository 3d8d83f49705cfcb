{#- The stores whose final cluster is another than in the run before, and why: the first that holds, in
    the order of the branches below. A category that the run before did not have changes nothing. Only
    under the method cross does a merged label mean the same in both runs. -#}
{% set same_label = "placements.merged_label = known.merged_label" if setting('merging.method') == 'cross' else 'false' %}
with

placements as (

    select * from {{ ref('mrg_placements') }} where is_fitted or is_thin

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

-- whom the settings moved then; to be divided is no move
known_constraints as (

    select distinct
        category,
        store_id
    from {{ source('history', 'constraints_applied') }}
    where constraint_kind in ('together', 'apart') and from_label <> to_label

),

known_clusters as (

    select * from {{ source('history', 'clusters') }}

),

stores as (

    select * from {{ ref('pre_stores') }}

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
        known_clusters.name,
        known_constraints.store_id is not null as was_constrained
    from previous
    inner join known_stores
        on
            previous.category = known_stores.category
            and previous.store_id = known_stores.store_id
    left join known_clusters
        on
            previous.category = known_clusters.category
            and previous.cluster_id = known_clusters.final_cluster_id
    left join known_constraints
        on
            previous.category = known_constraints.category
            and previous.store_id = known_constraints.store_id

),

final as (

    select
        -- ids
        coalesce(placements.category, known.category) as category,
        coalesce(placements.store_id, known.store_id) as store_id,

        -- then
        known.cluster_id as previous_cluster_id,
        known.final_label as previous_label,
        known.name as previous_name,

        -- now
        placements.final_cluster_id,
        placements.final_label,
        names.name,

        case
            when known.store_id is null then 'new store'
            when placements.store_id is null and stores.store_id is null then 'no longer in the data'
            when placements.store_id is null then 'no longer clustered'
            when placements.constraint_kind = 'override' or known.assignment_basis = 'override'
                then 'an override'
            when placements.leave_reason is not null or known.was_constrained then 'a constraint'
            when changed_data.store_id is not null and not {{ same_label }} then 'its data changed'
            when placements.is_moved or known.is_reassigned
                then 'a reassignment of a small cluster'
            else 'the clusters moved'
        end as reason,
        placements.move_reason,
        changed_data.feature_count as changed_feature_count
    from placements
    full outer join known
        on placements.category = known.category and placements.store_id = known.store_id
    left join names
        on
            placements.category = names.category
            and placements.final_cluster_id = names.final_cluster_id
    left join changed_data
        on
            placements.category = changed_data.category
            and placements.store_id = changed_data.store_id
    left join stores on known.store_id = stores.store_id
    where
        placements.final_cluster_id is distinct from known.cluster_id
        and coalesce(placements.category, known.category) in (select category from previous)

)

select * from final
