{#- A list of texts as a SQL list. -#}
{% macro sql_list(values) -%}
[{% for value in values %}{{ sql_text(value) }}{{ ', ' if not loop.last }}{% endfor %}]
{%- endmacro %}
