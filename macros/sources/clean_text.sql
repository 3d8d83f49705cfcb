{#- A value as trimmed text; null where it is empty or one of quality.missing_markers. A list and not
    `in`, which DuckDB makes a join of, for every row and even where a case does not get that far. -#}
{% macro clean_text(value) -%}
    {%- set text = 'trim(' ~ to_text(value) ~ ')' -%}
    {%- set markers = setting('quality.missing_markers') -%}
    {%- if markers -%}
        case when not list_contains({{ sql_list(markers) }}, {{ text }}) then nullif({{ text }}, '') end
    {%- else -%}
        nullif({{ text }}, '')
    {%- endif -%}
{%- endmacro %}
