{#- A label that a store with a cluster has was folded into a final cluster; one that none has, or that
    is unknown, goes to the nearest. -#}
with

labels as (

    select * from {{ ref('mrg_new_labels') }}

),

folds as (

    select * from {{ ref('mrg_folds') }}

),

final_clusters as (

    select distinct
        category,
        final_cluster_id,
        final_label
    from folds

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
        folds.merged_label is not null as is_known_label
    from labels
    left join folds
        on labels.category = folds.category and labels.merged_label = folds.merged_label
    inner join nearest
        on labels.category = nearest.category and labels.store_id = nearest.store_id
    inner join final_clusters
        on
            labels.category = final_clusters.category
            and coalesce(folds.final_cluster_id, nearest.cluster_id)
            = final_clusters.final_cluster_id

)

select * from final
