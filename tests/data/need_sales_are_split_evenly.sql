-- Counted again by plain division: each need state of a store has an equal part of every product,
-- to the 0.0001 that a part may differ by, and the parts of a store add up to its mapped sales.
with

product_parts as (

    select
        product_sales.store_id,
        product_needs.category,
        product_needs.need_state,
        count(*) as product_count,
        sum(cast(product_sales.sales_amount as double) / product_needs.need_count) as sales_amount
    from {{ ref('pre_product_sales') }} as product_sales
    inner join {{ ref('pre_product_needs') }} as product_needs
        on product_sales.product_id = product_needs.product_id
    group by product_sales.store_id, product_needs.category, product_needs.need_state

),

uneven as (

    select
        product_parts.store_id,
        'the part of ' || product_parts.need_state as what
    from product_parts
    left join {{ ref('pre_need_sales') }} as need_sales
        on
            product_parts.store_id = need_sales.store_id
            and product_parts.category = need_sales.category
            and product_parts.need_state = need_sales.need_state
    where
        need_sales.store_id is null
        or abs(cast(need_sales.sales_amount as double) - product_parts.sales_amount)
        > 0.0001 * product_parts.product_count + 1e-9 * abs(product_parts.sales_amount)

),

sums as (

    select
        store_id,
        sum(sales_amount) as sales_amount
    from {{ ref('pre_need_sales') }}
    group by store_id

),

mapped as (

    select
        store_id,
        sum(sales_amount) as sales_amount
    from {{ ref('pre_product_sales') }}
    where product_id in (select product_id from {{ ref('pre_product_needs') }})
    group by store_id

)

select
    store_id,
    what
from uneven
union all
select
    mapped.store_id,
    'the sum' as what
from mapped
left join sums on mapped.store_id = sums.store_id
where mapped.sales_amount is distinct from sums.sales_amount
