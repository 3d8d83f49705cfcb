with

category_stores as (

    select * from {{ ref('pre_category_stores') }}

),

store_clusters as (

    select * from {{ ref('store_clusters') }}

),

final as (

    select
        -- ids
        category_stores.category,
        category_stores.store_id,

        coalesce(
            category_stores.excluded_reason, 'nothing tells its stores apart'
        ) as reason,
        cast(category_stores.sales_amount as decimal(38, 4)) as sales_amount
    from category_stores
    left join store_clusters
        on
            category_stores.category = store_clusters.category
            and category_stores.store_id = store_clusters.store_id
    where store_clusters.store_id is null

)

select * from final
