with

product_sales as (

    select * from {{ ref('pre_product_sales') }}

),

product_needs as (

    select * from {{ ref('pre_product_needs') }}

),

final as (

    select
        -- ids
        product_sales.store_id,
        product_sales.product_id,

        -- where they were put, if anywhere
        product_needs.need_state as bucket,

        -- numerics
        product_sales.sales_amount,
        product_sales.row_count
    from product_sales
    left join product_needs on product_sales.product_id = product_needs.product_id
    where product_needs.product_id is null or not product_needs.is_mapped

)

select * from final
