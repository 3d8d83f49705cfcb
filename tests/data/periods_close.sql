-- The periods of a store add up to its sales in the category, to the last 0.0001.
{% set extra = setting('internal.extra_features') %}
select
    category_stores.category,
    category_stores.store_id,
    category_stores.sales_amount,
    sum(periods.sales_amount) as sales_of_periods
from {{ ref('pre_category_stores') }} as category_stores
left join {{ ref('pre_store_periods') }} as periods
    on
        category_stores.category = periods.category
        and category_stores.store_id = periods.store_id
where {{ extra.growth or extra.seasonality }}
group by category_stores.category, category_stores.store_id, category_stores.sales_amount
having category_stores.sales_amount <> coalesce(sum(periods.sales_amount), 0)
