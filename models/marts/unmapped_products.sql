with

final as (

    select
        -- ids
        product_id,

        -- where they were put, if anywhere
        cast(bucket as varchar) as bucket,

        -- numerics
        cast(sum(sales_amount) as decimal(38, 4)) as sales_amount,
        cast(sum(row_count) as bigint) as row_count,
        count(distinct store_id) as store_count
    from {{ ref('pre_unmapped_sales') }}
    group by product_id, bucket

)

select * from final
