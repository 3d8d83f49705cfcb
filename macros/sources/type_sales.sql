{#- Rows of the sales source, typed and each with a reason if it is refused. Keys are kept as they
    stand (store_text) beside their clean form (store_id): whoever groups by the first cleans few texts
    instead of all. The condition is on the texts: what does not meet it is not even typed. -#}
{% macro type_sales(relation, is_numbered, condition='true') %}
    {% set sales = setting('sources.sales') %}
    {% set columns = sales_columns() %}
    {% set plan = source_plan(sales) %}
    {% set type_of = {} %}
    {% for name in ['sold_on', 'amount', 'quantity'] %}
        {% do type_of.update({name: plan.types.get('columns.' ~ name, 'VARCHAR')}) %}
    {% endfor %}
    {% set window = sales.window or {} %}
    {% set returns = setting('quality.returns') %}
    with

    {% if sales.groups %}
    source_rows as (

        {{ split_groups(relation, plan.groups or sales.groups) }}

    ),
    {% else %}
    source_rows as (

        select * from {{ relation }}

    ),
    {% endif %}

    texts as (

        select
            _file,
            _fault,
            {% if is_numbered %}
            _record,
            {{ '_raw,' if plan.kind in ['excel', 'relation'] }}
            {% endif %}
            {{ to_text(column_sql(columns.store_id)) }} as store_text,
            {{ to_text(column_sql(columns.product_id)) }} as product_text,
            {{ column_text(columns.row_id) }} as row_id,
            {{ column_value(columns.sold_on, type_of.sold_on) }} as sold_on_source,
            {{ column_value(columns.amount, type_of.amount) }} as amount_source,
            {{ column_value(columns.quantity, type_of.quantity) }} as quantity_source
        from source_rows

    ),

    wanted as (

        select * from texts where {{ condition }}

    ),

    typed as (

        select
            *,
            {% if plan.kind == 'excel' and sales.date_format %}
            -- a cell that is a date and no text has no format
            coalesce(
                {{ to_date('sold_on_source') }},
                {{ to_date('sold_on_source', format=sales.date_format) }}
            ) as sold_on,
            {% else %}
            {{ to_date('sold_on_source', type_of.sold_on, sales.date_format) }} as sold_on,
            {% endif %}
            {{ to_money('amount_source', type_of.amount) }} as amount,
            {{ to_number('quantity_source', type_of.quantity) }} as quantity
        from wanted

    ),

    checked as (

        select
            *,
            case
                when _fault is not null then _fault
                when amount is null
                    then
                        case
                            when {{ clean_text('amount_source') }} is null then 'amount is missing'
                            else 'amount is not a number'
                        end
                {% if columns.sold_on %}
                when sold_on is null
                    then
                        case
                            when {{ clean_text('sold_on_source') }} is null then 'date is missing'
                            else 'date is not a date'
                        end
                {% endif %}
                {% if window.from %}
                when sold_on < {{ sql_text(window.from) }} then 'outside the date window'
                {% endif %}
                {% if window.to %}
                when sold_on > {{ sql_text(window.to) }} then 'outside the date window'
                {% endif %}
                {% if columns.quantity %}
                when quantity is null and {{ clean_text('quantity_source') }} is not null
                    then 'quantity is not a number'
                {% endif %}
                {% if returns == 'refuse' %}
                when amount < 0 then 'return'
                {% endif %}
            end as value_fault,
            {{ clean_text('store_text') }} as store_id,
            {{ clean_text('product_text') }} as product_id
        from typed

    )

    select
        *,
        amount < 0 as is_return,
        {{ sales_refusal() }} as rejected_reason
    from checked
{% endmacro %}
