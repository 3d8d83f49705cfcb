{#- A column of a file (its name, or {sql: expression}) as trimmed text; what the settings call
    missing, or a column that is not named, is null. -#}
{% macro column_text(column) -%}
    {%- if column is none or column is undefined -%}
        cast(null as varchar)
    {%- else -%}
        {%- set value = 'trim(cast(' ~ (column.sql if column is mapping else sql_name(column)) ~ ' as varchar))' -%}
        {%- set markers = setting('quality.missing_markers') -%}
        {%- if markers -%}
        case when {{ value }} not in {{ sql_texts(markers) }} then {{ value }} end
        {%- else -%}
        {{ value }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
