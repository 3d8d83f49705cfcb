{#- The query of a table of the source history, with the types that it has there: of the published table,
    without the columns that this does not have, or of no row at all. -#}
{% macro recall_table(table, known) %}
select
    {% for column in table.columns.values() %}
    cast({{ sql_name(column.name) if column.name in known else 'null' }} as {{ column.data_type }})
        as {{ sql_name(column.name) }}{{ ',' if not loop.last }}
    {% endfor %}
{{ 'from previous.marts.' ~ sql_name(table.name) if known else 'where false' }}
{% endmacro %}
