{#- Where every store ends: a fitted one where it is a member. Another goes where its pair of sides leads;
    where that does not decide, or is unknown, to the nearest final cluster; of those of its value where
    the settings split and there is one. What a person decided for a thin store, which is planned for,
    goes before that; nothing else moves it. -#}
{% set is_split = setting('merging.split_before') is not none or setting('merging.split_after') is not none %}
with

members as (

    select * from {{ ref('mrg_members') }}

),

labels as (

    select * from {{ ref('mrg_labels') }} where not is_fitted

),

label_clusters as (

    select * from {{ ref('mrg_label_clusters') }}

),

decided as (

    select * from {{ ref('mrg_decided') }}

),

distances as (

    select * from {{ ref('mrg_distances') }}

),

final_clusters as (

    select distinct
        category,
        final_cluster_id,
        final_label
    from members

),

candidates as (

    select
        labels.category,
        labels.store_id,
        distances.cluster_id,
        distances.distance,
        {% if is_split %}
        substr(final_clusters.final_label, strpos(final_clusters.final_label, '/') + 1)
        = labels.split_value
        {% else %}
        true
        {% endif %}
        as is_of_value
    from labels
    inner join distances
        on labels.category = distances.category and labels.store_id = distances.store_id
    inner join final_clusters
        on
            distances.category = final_clusters.category
            and distances.cluster_id = final_clusters.final_cluster_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by category, store_id order by is_of_value desc, distance, cluster_id
        ) as place
    from candidates

),

led as (

    select
        labels.category,
        labels.store_id,
        labels.is_thin,
        labels.merged_label,
        labels.external_cluster_id,
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
    inner join ranked as nearest
        on
            labels.category = nearest.category
            and labels.store_id = nearest.store_id
            and nearest.place = 1
    left join decided
        on
            labels.category = decided.category
            and labels.store_id = decided.store_id
            and labels.is_thin

),

placed as (

    select
        led.*,
        own_clusters.final_label as own_label,
        final_clusters.final_cluster_id,
        final_clusters.final_label,
        final_clusters.final_cluster_id <> led.own_cluster_id as is_moved
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

),

final as (

    select
        -- ids
        category,
        store_id,
        merged_label,
        final_label,
        final_cluster_id,

        -- what is known of it
        true as is_fitted,
        false as is_thin,
        cast(null as boolean) as is_known_label,
        cast(null as integer) as own_cluster_id,
        cast(null as varchar) as own_label,

        -- how it got there
        is_moved,
        constraint_kind,
        move_reason,
        leave_reason
    from members
    union all
    select
        category,
        store_id,
        -- the label of a thin store is of the external side alone
        case
            when is_thin then '0_' || cast(external_cluster_id as varchar) else merged_label
        end as merged_label,
        final_label,
        final_cluster_id,
        false as is_fitted,
        is_thin,
        is_known_label,
        own_cluster_id,
        own_label,
        is_moved,
        case when decided_reason is not null then 'override' end as constraint_kind,
        case when is_moved then decided_reason end as move_reason,
        case when is_moved then decided_reason end as leave_reason
    from placed

)

select * from final
