{#- The one place where every sales row is read: all that follows works on these sums. Grouped by the
    keys as they stand in the files, and once more by their clean form. -#}
with

sales as (

    select * from {{ ref('stg_sales') }}

),

by_text as (

    select
        store_text,
        product_text,
        value_fault,
        count(*) as row_count,
        count(*) filter (where is_return) as return_count,
        sum(amount) as sales_amount
    from sales
    group by store_text, product_text, value_fault

),

cleaned as (

    select
        {{ clean_text('store_text') }} as store_id,
        {{ clean_text('product_text') }} as product_id,
        value_fault,
        row_count,
        return_count,
        sales_amount
    from by_text

),

judged as (

    select
        *,
        {{ sales_refusal() }} as rejected_reason
    from cleaned

),

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
    from judged
    group by store_id, product_id, rejected_reason

)

select * from final
