{#- Find the sales rows that are refused: those with a fault, and the copies of a row. A row without a value
    in its key (no receipt number, say) is no copy of another. Nothing is read where there is nothing to
    look for. -#}
{% set sales = setting('sources.sales') %}

{% set has_faults = has_rows(ref('pre_sales_totals'), 'rejected_reason is not null') %}
{% set has_copies = has_rows(ref('pre_repeated_keys')) %}
{% set is_needed = has_faults or has_copies %}

with

raw as (

    select * from ({{ source_rows(sales, is_numbered=true) }}) where {{ is_needed }}

),

suspects as (

    {{ type_sales('raw', is_numbered=true, condition=is_suspect(ref('pre_suspect_texts'))) }}

),

faulty as (

    select *
    from suspects
    where
        rejected_reason is not null
        {% if sales.unique_by %}
        or (
            {{ sales.unique_by | join(' is not null and ') }} is not null
            and {{ row_hash(sales.unique_by) }} in (select key_hash from {{ ref('pre_repeated_keys') }})
        )
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
    from faulty

),

final as (

    select * from numbered where rejected_reason is not null or copy_number > 1

)

select * from final
