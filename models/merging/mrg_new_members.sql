{#- A store goes where its pair of sides leads; where that does not decide, or is unknown, to the nearest
    final cluster. -#}
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

nearest as (

    {{ assign_nearest(ref('mrg_new_distances')) }}

),

final as (

    select
        labels.category,
        labels.store_id,
        labels.merged_label,
        final_clusters.final_label,
        final_clusters.final_cluster_id,
        label_clusters.final_cluster_id is not null as is_known_label
    from labels
    left join label_clusters
        on
            labels.category = label_clusters.category
            and labels.internal_part = label_clusters.internal_part
            and labels.external_part = label_clusters.external_part
    inner join nearest
        on labels.category = nearest.category and labels.store_id = nearest.store_id
    inner join final_clusters
        on
            labels.category = final_clusters.category
            and coalesce(label_clusters.final_cluster_id, nearest.cluster_id)
            = final_clusters.final_cluster_id

)

select * from final
