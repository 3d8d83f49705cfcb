{#- The sales are added up by store and product first and then given to the categories, as in
    pre_need_sales. Where a product is in several categories, what a period gives to a need state is
    the difference of its parts of two running totals, so that the periods add up to the category's
    sales exactly; to the only category of a product it gives everything. -#}
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
    union all
    -- the copies of a row are taken off again
    select
        store_id,
        product_id,
        sold_on,
        -amount as amount
    from {{ ref('pre_refused_sales') }}
    where
        rejected_reason = 'row is there twice'
        {{ 'and false' if not (extra.growth or extra.seasonality) }}

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

categories as (

    select
        product_id,
        min(category) as category,
        min(category) = max(category) as is_only_one
    from product_needs
    group by product_id

),

running as (

    select
        product_periods.*,
        sum(product_periods.sales_amount) over (
            partition by product_periods.store_id, product_periods.product_id
            order by product_periods.half, product_periods.month
            rows between unbounded preceding and current row
        ) as sales_so_far
    from product_periods
    inner join categories on product_periods.product_id = categories.product_id
    where not categories.is_only_one

),

parts as (

    select
        categories.category,
        product_periods.store_id,
        product_periods.half,
        product_periods.month,
        product_periods.sales_amount
    from product_periods
    inner join categories on product_periods.product_id = categories.product_id
    where categories.is_only_one
    union all
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
