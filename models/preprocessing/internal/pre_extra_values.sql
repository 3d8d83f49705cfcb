{#- What else tells the stores of a category apart, as far as the settings ask for it. The chain is
    all stores, also those without shares. -#}
{% set extra = setting('internal.extra_features') %}

with

category_stores as (

    select * from {{ ref('pre_category_stores') }}

),

growths as (

    select * from {{ ref('pre_store_growth') }}

),

seasonalities as (

    select * from {{ ref('pre_store_seasonality') }}

),

chain as (

    select
        category,
        sum(sales_amount) as sales_amount
    from category_stores
    group by category

),

stores as (

    select
        category_stores.category,
        category_stores.store_id,
        category_stores.excluded_reason is null as is_fitted,
        cast(category_stores.sales_amount as double) as sales_amount,
        cast(chain.sales_amount as double) as chain_sales_amount,
        growths.growth,
        seasonalities.seasonality
    from category_stores
    inner join chain on category_stores.category = chain.category
    left join growths
        on
            category_stores.category = growths.category
            and category_stores.store_id = growths.store_id
    left join seasonalities
        on
            category_stores.category = seasonalities.category
            and category_stores.store_id = seasonalities.store_id
    where category_stores.has_sales_mix

),

final as (

    select
        category,
        store_id,
        is_fitted,
        'log sales' as feature,
        case when sales_amount > 0 then ln(sales_amount) end as value
    from stores
    where {{ extra.log_sales }}
    union all
    select
        category,
        store_id,
        is_fitted,
        'share of chain' as feature,
        case when chain_sales_amount > 0 then sales_amount / chain_sales_amount end as value
    from stores
    where {{ extra.share_of_chain }}
    union all
    select
        category,
        store_id,
        is_fitted,
        'growth' as feature,
        growth as value
    from stores
    where {{ extra.growth }}
    union all
    select
        category,
        store_id,
        is_fitted,
        'seasonality' as feature,
        seasonality as value
    from stores
    where {{ extra.seasonality }}

)

select * from final
