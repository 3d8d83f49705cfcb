{#- A store goes where its pair of sides leads; where that does not decide, or is unknown, to the nearest
    final cluster; of those of its value where the settings split and there is one. What a person decided
    for a thin store, which is planned for, goes before that. -#}
{% set is_split = setting('merging.split_before') is not none or setting('merging.split_after') is not none %}
with

labels as (

    select * from {{ ref('mrg_new_labels') }}

),

label_clusters as (

    select * from {{ ref('mrg_label_clusters') }}

),

final_clusters as (

    select distinct
        category,
        final_cluster_id,
        final_label
    from {{ ref('mrg_members') }}

),

decided as (

    select * from {{ ref('mrg_decided') }}

),

{% if is_split %}
candidates as (

    select
        distances.*,
        substr(final_clusters.final_label, strpos(final_clusters.final_label, '/') + 1)
        = labels.split_value as is_of_value
    from {{ ref('mrg_new_distances') }} as distances
    inner join final_clusters
        on
            distances.category = final_clusters.category
            and distances.cluster_id = final_clusters.final_cluster_id
    inner join labels
        on distances.category = labels.category and distances.store_id = labels.store_id

),

known_values as (

    select
        category,
        store_id,
        bool_or(is_of_value) as is_known_value
    from candidates
    group by category, store_id

),

distances as (

    select candidates.*
    from candidates
    inner join known_values
        on
            candidates.category = known_values.category
            and candidates.store_id = known_values.store_id
    where candidates.is_of_value = known_values.is_known_value

),
{% endif %}

nearest as (

    {{ assign_nearest('distances' if is_split else ref('mrg_new_distances')) }}

),

led as (

    select
        labels.category,
        labels.store_id,
        labels.merged_label,
        coalesce(label_clusters.final_cluster_id, nearest.cluster_id) as own_cluster_id,
        decided.final_cluster_id as decided_cluster_id,
        decided.reason as decided_reason,
        label_clusters.final_cluster_id is not null as is_known_label
    from labels
    left join label_clusters
        on
            labels.category = label_clusters.category
            and labels.internal_part = label_clusters.internal_part
            and labels.external_part = label_clusters.external_part
            and labels.split_value is not distinct from label_clusters.split_value
    inner join nearest
        on labels.category = nearest.category and labels.store_id = nearest.store_id
    left join decided
        on
            labels.category = decided.category
            and labels.store_id = decided.store_id
            and labels.is_thin

),

final as (

    select
        -- ids
        led.category,
        led.store_id,
        led.merged_label,

        -- where its data lead
        led.own_cluster_id,
        own_clusters.final_label as own_label,
        led.is_known_label,

        -- where it ends, and whether a person decided so
        final_clusters.final_cluster_id,
        final_clusters.final_label,
        led.decided_reason
    from led
    inner join final_clusters as own_clusters
        on
            led.category = own_clusters.category
            and led.own_cluster_id = own_clusters.final_cluster_id
    inner join final_clusters
        on
            led.category = final_clusters.category
            and coalesce(led.decided_cluster_id, led.own_cluster_id)
            = final_clusters.final_cluster_id

)

select * from final
