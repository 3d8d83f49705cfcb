{#- Distinct, so that a product listed twice for a need state does not count double. -#}
{% set products = setting('sources').products %}
{% set bucket = setting('quality.unmapped_bucket') %}

with

product_sales as (

    select * from {{ ref('pre_product_sales') }}

),

mapped as (

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
    from product_sales
    {% endif %}

),

products as (

    select
        product_id,
        category,
        need_state,
        true as is_mapped
    from mapped
    {% if products and bucket %}
    union all
    select distinct
        product_sales.product_id,
        {{ sql_text(bucket if products.columns.category else 'all') }} as category,
        {{ sql_text(bucket) }} as need_state,
        false as is_mapped
    from product_sales
    left join mapped on product_sales.product_id = mapped.product_id
    where mapped.product_id is null
    {% endif %}

),

final as (

    select
        -- ids
        product_id,
        category,
        need_state,

        -- values
        is_mapped,
        row_number() over (partition by product_id order by category, need_state) as need_number,
        count(*) over (partition by product_id) as need_count,
        row_number() over (partition by product_id, category order by need_state) as number_in_category
    from products

)

select * from final
