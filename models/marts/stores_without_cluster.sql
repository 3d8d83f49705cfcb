{% set too_few = setting('internal.too_few_stores') %}
with

category_stores as (

    select
        *,
        count(*) filter (where excluded_reason is null) over (partition by category) as store_count
    from {{ ref('pre_category_stores') }}

),

store_clusters as (

    select * from {{ ref('store_clusters') }}

),

final as (

    select
        -- ids
        category_stores.category,
        category_stores.store_id,

        case
            when category_stores.excluded_reason is not null then category_stores.excluded_reason
            {% if too_few.fallback == 'external_only' %}
            when category_stores.store_count < {{ too_few.minimum_stores }}
                then 'too few stores in the category, and no external data'
            {% endif %}
            else 'nothing tells its stores apart'
        end as reason,
        cast(category_stores.sales_amount as decimal(38, 4)) as sales_amount
    from category_stores
    left join store_clusters
        on
            category_stores.category = store_clusters.category
            and category_stores.store_id = store_clusters.store_id
    where store_clusters.store_id is null

)

select * from final
