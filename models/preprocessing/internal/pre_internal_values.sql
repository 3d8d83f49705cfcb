{#- The sales mix of the stores, and the extra features beside it. The need states are those of all
    stores, fitted or not. -#}
with

category_stores as (

    select * from {{ ref('pre_category_stores') }} where has_sales_mix

),

need_sales as (

    select * from {{ ref('pre_need_sales') }}

),

need_states as (

    select distinct
        category,
        need_state
    from need_sales

),

-- a need state that was returned more than it was sold has no share, not a negative one
amounts as (

    select
        category_stores.category,
        category_stores.store_id,
        category_stores.excluded_reason is null as is_fitted,
        need_states.need_state,
        cast(greatest(coalesce(need_sales.sales_amount, 0), 0) as double) as amount
    from category_stores
    inner join need_states on category_stores.category = need_states.category
    left join need_sales
        on
            category_stores.category = need_sales.category
            and category_stores.store_id = need_sales.store_id
            and need_states.need_state = need_sales.need_state

),

extra_values as (

    select * from {{ ref('pre_extra_values') }}

),

totals as (

    select
        category,
        store_id,
        {{ exact_sum('amount') }} as total
    from amounts
    group by category, store_id

),

final as (

    select
        amounts.category,
        amounts.store_id,
        amounts.is_fitted,
        {{ feature_of_need_state('amounts.need_state', 'amounts.category') }} as feature,
        {{ safe_divide('amounts.amount', 'totals.total') }} as value,
        -- shares are what the transform of the settings is for
        true as is_transformed
    from amounts
    inner join totals
        on amounts.category = totals.category and amounts.store_id = totals.store_id
    union all
    select
        category,
        store_id,
        is_fitted,
        feature,
        value,
        false as is_transformed
    from extra_values

)

select * from final
