{#- The columns of a table of the published file, which is attached as previous; none if it is not there. -#}
{% macro recalled_columns(table) %}
    {{ return(run_query(
        "select column_name from duckdb_columns() where database_name = 'previous' "
        ~ "and schema_name = 'marts' and table_name = " ~ sql_text(table) ~ ' order by column_index'
    ).columns[0].values() | list) }}
{% endmacro %}
