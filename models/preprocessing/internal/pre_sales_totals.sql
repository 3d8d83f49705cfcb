{#- Sales rows by the clean form of their keys. -#}
with

final as (

    select
        -- ids
        store_id,
        product_id,
        rejected_reason,

        -- numerics
        cast(sum(row_count) as bigint) as row_count,
        cast(sum(return_count) as bigint) as return_count,
        coalesce(sum(sales_amount), 0) as sales_amount
    from {{ ref('pre_sales_texts') }}
    group by store_id, product_id, rejected_reason

)

select * from final
