with

product_sales as (

    select * from {{ ref('pre_product_sales') }}

),

product_needs as (

    select * from {{ ref('pre_product_needs') }}

),

shares as (

    select
        product_sales.store_id,
        product_needs.category,
        product_needs.need_state,
        -- a row counts once in a category, at the first need state of its product
        case when product_needs.number_in_category = 1 then product_sales.row_count else 0 end as row_count,
        {{ even_share('product_sales.sales_amount', 'product_needs.need_number', 'product_needs.need_count') }}
            as sales_amount
    from product_sales
    inner join product_needs on product_sales.product_id = product_needs.product_id

),

final as (

    select
        -- ids
        store_id,
        category,
        need_state,

        -- numerics
        sum(sales_amount) as sales_amount,
        cast(sum(row_count) as bigint) as row_count
    from shares
    group by store_id, category, need_state

)

select * from final
