{#- What was accepted is what has no fault, less the copies of a row: money is exact to 0.0001, so
    that it can be taken off again. Nothing is left if all rows are copies of other stores' rows. -#}
with

accepted as (

    select * from {{ ref('pre_sales_totals') }} where rejected_reason is null

),

copies as (

    select
        store_id,
        product_id,
        count(*) as row_count,
        count(*) filter (where is_return) as return_count,
        sum(amount) as sales_amount
    from {{ ref('pre_refused_sales') }}
    where rejected_reason = 'row is there twice'
    group by store_id, product_id

),

final as (

    select
        -- ids
        accepted.store_id,
        accepted.product_id,

        -- numerics
        accepted.sales_amount - coalesce(copies.sales_amount, 0) as sales_amount,
        accepted.row_count - coalesce(copies.row_count, 0) as row_count,
        accepted.return_count - coalesce(copies.return_count, 0) as return_count
    from accepted
    left join copies
        on accepted.store_id = copies.store_id and accepted.product_id = copies.product_id
    where accepted.row_count > coalesce(copies.row_count, 0)

)

select * from final
