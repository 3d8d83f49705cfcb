with

assignments as (

    select * from {{ ref('mrg_assignments') }} where is_fitted or is_thin

),

labels as (

    select * from {{ ref('mrg_labels') }}

),

category_stores as (

    select * from {{ ref('pre_category_stores') }}

),

stores as (

    select * from {{ ref('stores') }}

),

internal_outliers as (

    select * from {{ ref('feat_internal_outliers') }}

),

external_outliers as (

    select * from {{ ref('feat_external_outliers') }}

),

final as (

    select
        -- ids
        assignments.category,
        assignments.store_id,
        stores.store_name,

        -- labels
        cast(labels.internal_cluster_id as integer) as internal_cluster_id,
        cast(labels.external_cluster_id as integer) as external_cluster_id,
        assignments.merged_label,
        cast(assignments.final_cluster_id as integer) as final_cluster_id,
        assignments.final_label,

        -- how it got there
        assignments.is_moved as is_reassigned,
        coalesce(internal_outliers.is_outlier, false)
        or coalesce(external_outliers.is_outlier, false) as is_outlier,
        labels.is_noise,
        case
            when assignments.constraint_kind = 'override' then 'override' else labels.assignment_basis
        end as assignment_basis,
        category_stores.excluded_reason as thin_reason,

        -- how sure it is
        cast(assignments.distance as double) as distance,
        cast(assignments.second_cluster_id as integer) as second_cluster_id,
        cast(assignments.second_distance as double) as second_distance,
        cast(assignments.confidence as double) as confidence,

        -- what it sells
        cast(category_stores.sales_amount as decimal(38, 4)) as sales_amount,

        {{ sql_text(invocation_id) }} as run_id
    from assignments
    inner join labels
        on
            assignments.category = labels.category
            and assignments.store_id = labels.store_id
    inner join category_stores
        on
            assignments.category = category_stores.category
            and assignments.store_id = category_stores.store_id
    inner join stores on assignments.store_id = stores.store_id
    left join internal_outliers
        on
            assignments.category = internal_outliers.category
            and assignments.store_id = internal_outliers.store_id
    left join external_outliers
        on
            assignments.store_id = external_outliers.store_id
            and external_outliers.category = {{ external_category('assignments.category') }}

)

select * from final
