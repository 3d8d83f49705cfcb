with

placements as (

    select * from {{ ref('mrg_placements') }}

),

labels as (

    select
        category,
        store_id,
        internal_cluster_id,
        external_cluster_id,
        assignment_basis,
        is_noise
    from {{ ref('mrg_labels') }}
    union all
    select
        category,
        store_id,
        internal_cluster_id,
        external_cluster_id,
        -- a thin store is planned for by its external data
        'external_only' as assignment_basis,
        is_noise
    from {{ ref('mrg_new_labels') }}
    where is_thin

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
        placements.category,
        placements.store_id,
        stores.store_name,

        -- labels
        cast(labels.internal_cluster_id as integer) as internal_cluster_id,
        cast(labels.external_cluster_id as integer) as external_cluster_id,
        placements.merged_label,
        cast(placements.final_cluster_id as integer) as final_cluster_id,
        placements.final_label,

        -- how it got there
        placements.is_moved as is_reassigned,
        coalesce(internal_outliers.is_outlier, false)
        or coalesce(external_outliers.is_outlier, false) as is_outlier,
        labels.is_noise,
        case
            when placements.constraint_kind = 'override' then 'override' else labels.assignment_basis
        end as assignment_basis,
        category_stores.excluded_reason as thin_reason,

        -- how sure it is
        cast(placements.distance as double) as distance,
        cast(placements.second_cluster_id as integer) as second_cluster_id,
        cast(placements.second_distance as double) as second_distance,
        cast(placements.confidence as double) as confidence,

        -- what it sells
        cast(category_stores.sales_amount as decimal(38, 4)) as sales_amount,

        {{ sql_text(invocation_id) }} as run_id
    from placements
    inner join labels
        on
            placements.category = labels.category
            and placements.store_id = labels.store_id
    inner join category_stores
        on
            placements.category = category_stores.category
            and placements.store_id = category_stores.store_id
    inner join stores on placements.store_id = stores.store_id
    left join internal_outliers
        on
            placements.category = internal_outliers.category
            and placements.store_id = internal_outliers.store_id
    left join external_outliers
        on
            placements.store_id = external_outliers.store_id
            and external_outliers.category = {{ external_category('placements.category') }}

)

select * from final
