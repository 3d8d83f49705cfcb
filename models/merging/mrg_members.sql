with

labels as (

    select * from {{ ref('mrg_labels') }}

),

folds as (

    select * from {{ ref('mrg_folds') }}

),

final as (

    select
        labels.category,
        labels.store_id,
        labels.merged_label,
        folds.final_label,
        folds.final_cluster_id
    from labels
    inner join folds
        on labels.category = folds.category and labels.merged_label = folds.merged_label

)

select * from final
