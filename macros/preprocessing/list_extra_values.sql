{#- What else tells the stores of a category apart, as far as the settings ask for it. The chain is
    all stores, also those outside the condition. -#}
{% macro list_extra_values(stores_relation, growths_relation, seasonalities_relation, condition) %}
{% set extra = setting('internal.extra_features') %}

with

category_stores as (

    select * from {{ stores_relation }}

),

growths as (

    select * from {{ growths_relation }}

),

seasonalities as (

    select * from {{ seasonalities_relation }}

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
    where {{ condition }}

),

final as (

    select
        category,
        store_id,
        'log sales' as feature,
        case when sales_amount > 0 then ln(sales_amount) end as value
    from stores
    where {{ extra.log_sales }}
    union all
    select
        category,
        store_id,
        'share of chain' as feature,
        case when chain_sales_amount > 0 then sales_amount / chain_sales_amount end as value
    from stores
    where {{ extra.share_of_chain }}
    union all
    select
        category,
        store_id,
        'growth' as feature,
        growth as value
    from stores
    where {{ extra.growth }}
    union all
    select
        category,
        store_id,
        'seasonality' as feature,
        seasonality as value
    from stores
    where {{ extra.seasonality }}

)

select * from final
{% endmacro %}
