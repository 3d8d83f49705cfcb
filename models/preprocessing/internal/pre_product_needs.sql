{#- Distinct, so that a product listed twice for a need state does not count double. -#}
{% set products = setting('sources').products %}

with

products as (

    {% if products %}
    select distinct
        product_id,
        category,
        need_state
    from {{ ref('stg_products') }}
    where rejected_reason is null
    {% else %}
    select distinct
        product_id,
        'all' as category,
        product_id as need_state
    from {{ ref('pre_product_sales') }}
    {% endif %}

),

final as (

    select
        product_id,
        category,
        need_state,
        row_number() over (partition by product_id order by category, need_state) as need_number,
        count(*) over (partition by product_id) as need_count
    from products

)

select * from final
