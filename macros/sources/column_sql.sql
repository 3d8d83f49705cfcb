{#- A column as the settings name it, by its name or as {sql: expression}, as SQL; null if it is not
    named. -#}
{% macro column_sql(column) -%}
    {%- if column is none or column is undefined -%} null
    {%- elif column is mapping -%} ({{ column.sql }})
    {%- else -%} {{ sql_name(column) }}
    {%- endif -%}
{%- endmacro %}
