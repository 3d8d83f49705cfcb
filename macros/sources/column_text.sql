{#- A column that the settings name as trimmed text; null where it is missing, or not named. -#}
{% macro column_text(column) -%}
{{ clean_text(column_sql(column)) }}
{%- endmacro %}
