{#- The typed sales rows with the number of each in its source. A text file is numbered after it is typed,
    file by file: numbering is a step of one thread that nothing can be moved past. -#}
{% macro number_sales() %}
    {% set sales = setting('sources.sales') %}
    {% set plan = source_plan(sales) %}
    {% if plan.kind == 'csv' %}
    {% set files = plan.readers | map(attribute='files') | sum(start=[]) %}
    with

    {% for file in files %}
    raw_{{ loop.index }} as (

        {{ source_rows(sales, is_numbered=false, file=file) }}

    ),

    typed_{{ loop.index }} as (

        {{ type_sales('raw_' ~ loop.index, is_numbered=false) }}

    ){{ ',' if not loop.last }}
    {% endfor %}

    {% for file in files %}
    select
        *,
        row_number() over () as _record
    from typed_{{ loop.index }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
    {% else %}
    with

    raw as (

        {{ source_rows(sales, is_numbered=true) }}

    )

    select * from ({{ type_sales('raw', is_numbered=true) }})
    {% endif %}
{% endmacro %}
