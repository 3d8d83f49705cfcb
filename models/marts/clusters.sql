with

store_clusters as (

    select * from {{ ref('store_clusters') }}

),

names as (

    select * from {{ ref('mrg_names') }}

),

reasons as (

    select * from {{ ref('mrg_small_reasons') }}

),

totals as (

    select
        category,
        final_cluster_id,
        count(*) as store_count,
        count(thin_reason) as thin_store_count,
        sum(sales_amount) as sales_amount
    from store_clusters
    group by category, final_cluster_id

),

categories as (

    select
        category,
        sum(store_count - thin_store_count) as category_store_count,
        sum(sales_amount) as category_sales_amount
    from totals
    group by category

),

medoids as (

    select
        category,
        final_cluster_id,
        store_id,
        row_number() over (
            partition by category, final_cluster_id order by is_outlier, distance, store_id
        ) as nearness
    from store_clusters
    where thin_reason is null

),

final as (

    select
        -- ids
        totals.category,
        cast(totals.final_cluster_id as integer) as final_cluster_id,
        names.final_label,
        names.name,

        -- numerics
        cast(totals.store_count as integer) as store_count,
        cast(totals.thin_store_count as integer) as thin_store_count,
        cast(totals.sales_amount as decimal(38, 4)) as sales_amount,
        cast(coalesce({{ safe_divide(
            'cast(totals.sales_amount as double)',
            'cast(categories.category_sales_amount as double)'
        ) }}, 0) as double) as sales_share,

        -- the minimum is asked of the stores that the cluster was found by
        totals.store_count - totals.thin_store_count
        < {{ minimum_size('categories.category_store_count') }} as is_small,
        case
            when
                totals.store_count - totals.thin_store_count
                < {{ minimum_size('categories.category_store_count') }}
                then cast(reasons.small_reason as varchar)
        end as small_reason,
        medoids.store_id as medoid_store_id,

        {{ sql_text(invocation_id) }} as run_id
    from totals
    inner join categories on totals.category = categories.category
    inner join names
        on
            totals.category = names.category
            and totals.final_cluster_id = names.final_cluster_id
    left join reasons
        on names.category = reasons.category and names.final_label = reasons.final_label
    inner join medoids
        on
            totals.category = medoids.category
            and totals.final_cluster_id = medoids.final_cluster_id
            and medoids.nearness = 1

)

select * from final
