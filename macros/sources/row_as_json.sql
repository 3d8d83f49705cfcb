{#- Columns of a row as JSON text, by their names. -#}
{% macro row_as_json(columns, relation=none) -%}
cast(json_object(
    {%- for name in columns -%}
    {{ sql_text(name) }}, {{ relation ~ '.' if relation }}{{ sql_name(name) }}{{ ', ' if not loop.last }}
    {%- endfor -%}
) as varchar)
{%- endmacro %}
