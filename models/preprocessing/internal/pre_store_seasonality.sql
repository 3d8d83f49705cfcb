{#- The coefficient of seasonal variation (Koenig and Bischoff 2005), which is the standard deviation
    of the seasonal indices. The index of a month is its sales per day against the sales per day of
    all months; a month counts by its days, so that one that the window only touches counts little.
    A month without sales is a month of nothing, not a gap. -#}
with

periods as (

    select * from {{ ref('pre_store_periods') }}

),

months as (

    select
        month,
        count(*) as day_count
    from {{ ref('pre_sales_days') }}
    group by month

),

stores as (

    select
        category,
        store_id,
        cast(sum(sales_amount) as double) as sales_amount
    from periods
    group by category, store_id

),

window_length as (

    select
        count(*) as month_count,
        sum(day_count) as day_count
    from months

),

month_sales as (

    select
        category,
        store_id,
        month,
        cast(sum(sales_amount) as double) as sales_amount
    from periods
    group by category, store_id, month

),

seasonal_indices as (

    select
        stores.category,
        stores.store_id,
        months.day_count,
        (coalesce(month_sales.sales_amount, 0) / months.day_count)
        / (stores.sales_amount / window_length.day_count) as seasonal_index
    from stores
    cross join window_length
    cross join months
    left join month_sales
        on
            stores.category = month_sales.category
            and stores.store_id = month_sales.store_id
            and months.month = month_sales.month
    -- of less than the whole calendar nobody can say how it swings
    where window_length.month_count = 12 and stores.sales_amount > 0

),

final as (

    select
        category,
        store_id,
        sqrt({{ ordered_sum('day_count * power(seasonal_index - 1, 2)') }} / sum(day_count)) as seasonality
    from seasonal_indices
    group by category, store_id

)

select * from final
