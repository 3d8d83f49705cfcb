with

sales as (

    select * from {{ ref('stg_sales') }} where rejected_reason is null

),

final as (

    select
        -- ids
        store_id,
        product_id,

        -- numerics
        sum(amount) as sales_amount,
        count(*) as row_count
    from sales
    group by store_id, product_id

)

select * from final
