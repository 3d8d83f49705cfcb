{#- Find the sales rows that are refused: those with a fault, and the copies of a row. Nothing is read
    where there is nothing to look for. -#}
{% set sales = setting('sources.sales') %}

{% set has_faults = has_rows(ref('pre_sales_totals'), 'rejected_reason is not null') %}
{% set has_copies = has_rows(ref('pre_repeated_keys')) %}

with

typed as (

    {{ number_sales() }}

),

suspects as (

    select *
    from typed
    where
        {% if not has_faults and not has_copies %}
        false
        {% elif sales.unique_by %}
        rejected_reason is not null
        or {{ row_hash(sales.unique_by) }} in (select key_hash from {{ ref('pre_repeated_keys') }})
        {% else %}
        rejected_reason is not null
        {% endif %}

),

numbered as (

    select
        *,
        {% if sales.unique_by %}
        -- the order is by content, so that the order of the rows in the file does not matter
        row_number() over (
            partition by rejected_reason, {{ sales.unique_by | join(', ') }}
            order by amount, quantity, store_id, product_id, sold_on, row_id, _file, _record
        ) as copy_number
        {% else %}
        1 as copy_number
        {% endif %}
    from suspects

),

final as (

    select * from numbered where rejected_reason is not null or copy_number > 1

)

select * from final
