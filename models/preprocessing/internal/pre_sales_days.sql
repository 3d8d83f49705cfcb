{#- The window of the sales is counted in the days on which the chain sold anything: a day on which
    it is closed does not count, weekly rows count a week as one day, and one wrong date far away
    moves the middle by half a day and not by years. -#}
{% set extra = setting('internal.extra_features') %}

with

sales as (

    select sold_on
    from {{ ref('stg_sales') }}
    where rejected_reason is null {{ 'and false' if not (extra.growth or extra.seasonality) }}

),

days as (

    select distinct sold_on from sales

),

-- not in a window over all rows: with several threads DuckDB 1.5.5 now and then stops there, and
-- takes the whole build with it
counted as (

    select count(*) as day_count from days

),

final as (

    select
        days.sold_on,
        cast(extract(month from days.sold_on) as integer) as month,
        -- of an odd number of days the middle one is in the first half
        case
            when 2 * row_number() over (order by days.sold_on) <= counted.day_count + 1 then 1
            else 2
        end as half
    from days
    cross join counted

)

select * from final
