{% set sales = setting('sources.sales') %}
{% set columns = sales.columns %}

with

raw as (

    {{ read_source(sales) }}

),

texts as (

    select
        _file as file,
        _line as line,
        {{ column_text(columns.store_id) }} as store_id,
        {{ column_text(columns.product_id) }} as product_id,
        {{ column_text(columns.sold_on) }} as sold_on_text,
        {{ column_text(columns.amount) }} as amount_text,
        {{ column_text(columns.quantity) }} as quantity_text,
        {{ column_text(columns.row_id) }} as row_id
    from raw

),

typed as (

    select
        *,
        {{ to_date('sold_on_text') }} as sold_on,
        {{ to_money('amount_text') }} as amount,
        {{ to_number('quantity_text') }} as quantity
    from texts

),

checked as (

    select
        *,
        case
            when store_id is null then 'store id is missing'
            when product_id is null then 'product id is missing'
            when amount_text is null then 'amount is missing'
            when amount is null then 'amount is not a number'
            {% if columns.sold_on is not none and columns.sold_on is defined %}
            when sold_on_text is null then 'date is missing'
            when sold_on is null then 'date is not a date'
            {% endif %}
            when quantity_text is not null and quantity is null then 'quantity is not a number'
            {% if setting('quality.returns') == 'refuse' %}
            when amount < 0 then 'return'
            {% endif %}
        end as fault
    from typed

),

numbered as (

    select
        *,
        {% if sales.unique_by %}
        -- the order is by content, so that the order of the rows in the file does not matter
        row_number() over (
            partition by fault, {{ sales.unique_by | join(', ') }}
            order by amount, quantity, store_id, product_id, sold_on, row_id, file, line
        ) as copy_number
        {% else %}
        1 as copy_number
        {% endif %}
    from checked

),

final as (

    select
        -- ids
        file,
        line,
        store_id,
        product_id,

        -- values
        sold_on,
        amount,
        quantity,
        coalesce(amount < 0, false) as is_return,

        -- what was refused, and why
        case
            when fault is not null then fault
            when copy_number > 1 then 'row is there twice'
        end as rejected_reason,
        case
            when fault is not null or copy_number > 1
                then cast(json_object(
                    'store_id', store_id, 'product_id', product_id, 'sold_on', sold_on_text,
                    'amount', amount_text, 'quantity', quantity_text, 'row_id', row_id
                ) as varchar)
        end as raw
    from numbered

)

select * from final
