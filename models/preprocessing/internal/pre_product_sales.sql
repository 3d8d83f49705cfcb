{#- What was accepted is what has no fault, less the copies of a row: money is exact to 0.0001, so
    that it can be taken off again. Nothing is left if all rows are copies of other stores' rows. -#}
with

accepted as (

    select
        store_id,
        product_id,
        row_count,
        return_count,
        sales_amount
    from {{ ref('pre_sales_totals') }}
    where rejected_reason is null
    union all
    select
        store_id,
        product_id,
        -1 as row_count,
        case when is_return then -1 else 0 end as return_count,
        -amount as sales_amount
    from {{ ref('pre_refused_sales') }}
    where rejected_reason = 'row is there twice'

),

final as (

    select
        -- ids
        store_id,
        product_id,

        -- numerics
        sum(sales_amount) as sales_amount,
        cast(sum(row_count) as bigint) as row_count,
        cast(sum(return_count) as bigint) as return_count
    from accepted
    group by store_id, product_id
    having sum(row_count) > 0

)

select * from final
