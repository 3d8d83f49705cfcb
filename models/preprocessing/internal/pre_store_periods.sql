{#- The sales are added up by store and product first and then given to the categories, as in
    pre_need_sales. The parts of a period are the difference of the parts of two running totals, so
    that the periods add up to the category's sales exactly. -#}
{% set extra = setting('internal.extra_features') %}

with

sales as (

    select
        store_id,
        product_id,
        sold_on,
        amount
    from {{ ref('stg_sales') }}
    where rejected_reason is null {{ 'and false' if not (extra.growth or extra.seasonality) }}

),

days as (

    select * from {{ ref('pre_sales_days') }}

),

product_needs as (

    select * from {{ ref('pre_product_needs') }}

),

product_periods as (

    select
        sales.store_id,
        sales.product_id,
        days.half,
        days.month,
        sum(sales.amount) as sales_amount
    from sales
    inner join days on sales.sold_on = days.sold_on
    group by sales.store_id, sales.product_id, days.half, days.month

),

running as (

    select
        *,
        sum(sales_amount) over (
            partition by store_id, product_id
            order by half, month
            rows between unbounded preceding and current row
        ) as sales_so_far
    from product_periods

),

parts as (

    select
        product_needs.category,
        running.store_id,
        running.half,
        running.month,
        {{ even_share('running.sales_so_far', 'product_needs.need_number', 'product_needs.need_count') }}
        - {{ even_share(
            '(running.sales_so_far - running.sales_amount)',
            'product_needs.need_number',
            'product_needs.need_count'
        ) }} as sales_amount
    from running
    inner join product_needs on running.product_id = product_needs.product_id

),

final as (

    select
        -- ids
        category,
        store_id,
        half,
        month,

        -- numerics
        sum(sales_amount) as sales_amount
    from parts
    group by category, store_id, half, month

)

select * from final
