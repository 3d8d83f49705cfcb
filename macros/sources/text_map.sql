{#- Named columns of a file as one map from name to text; what is missing has no entry's value. -#}
{% macro text_map(columns) -%}
map(
    [{% for name in columns %}{{ sql_text(name) }}{{ ', ' if not loop.last }}{% endfor %}]::varchar[],
    [{% for column in columns.values() %}{{ column_text(column) }}{{ ', ' if not loop.last }}{% endfor %}]::varchar[]
)
{%- endmacro %}
