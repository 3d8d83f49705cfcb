{#- The logarithm of the sales per day in the second half of the days against the first, so that
    doubling and halving are equally far from 0. -#}
with

periods as (

    select * from {{ ref('pre_store_periods') }}

),

days as (

    select
        half,
        count(*) as day_count
    from {{ ref('pre_sales_days') }}
    group by half

),

sales_per_day as (

    select
        periods.category,
        periods.store_id,
        periods.half,
        cast(sum(periods.sales_amount) as double) / days.day_count as amount
    from periods
    inner join days on periods.half = days.half
    group by periods.category, periods.store_id, periods.half, days.day_count

),

halves as (

    select
        category,
        store_id,
        max(case when half = 1 then amount end) as first_amount,
        max(case when half = 2 then amount end) as second_amount
    from sales_per_day
    group by category, store_id

),

final as (

    select
        category,
        store_id,
        case
            when first_amount > 0 and second_amount > 0 then ln(second_amount / first_amount)
        end as growth
    from halves

)

select * from final
