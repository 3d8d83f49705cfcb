{#- The one place where every sales row is read: all that follows works on these sums. Grouped by the
    keys as they stand in the files, so that few texts have to be cleaned. -#}
{% set unique_by = setting('sources.sales').unique_by or [] %}

with

sales as (

    select * from {{ ref('stg_sales') }}

),

by_text as (

    select
        store_text,
        product_text,
        value_fault,
        count(*) as row_count,
        count(*) filter (where is_return) as return_count,
        sum(amount) as sales_amount,
        {% if 'store_id' in unique_by and 'product_id' in unique_by and 'sold_on' in unique_by %}
        -- rows of different days have different keys; days that are 1,024 apart count as one
        bit_count(bitstring_agg((sold_on - date '1970-01-01') & 1023, 0, 1023)) as least_key_count
        {% elif 'store_id' in unique_by and 'product_id' in unique_by %}
        1 as least_key_count
        {% else %}
        0 as least_key_count
        {% endif %}
    from sales
    group by store_text, product_text, value_fault

),

cleaned as (

    select
        *,
        {{ clean_text('store_text') }} as store_id,
        {{ clean_text('product_text') }} as product_id
    from by_text

),

final as (

    select
        -- ids
        store_text,
        store_id,
        product_text,
        product_id,

        -- what is refused, and why
        value_fault,
        {{ sales_refusal() }} as rejected_reason,

        -- numerics
        row_count,
        return_count,
        sales_amount,
        coalesce(least_key_count, 0) as least_key_count
    from cleaned

)

select * from final
