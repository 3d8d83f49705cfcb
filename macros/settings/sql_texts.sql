{#- A list as SQL text literals between brackets; an empty list matches nothing. -#}
{% macro sql_texts(values) -%}
({% for value in values %}{{ sql_text(value) }}{{ ', ' if not loop.last }}{% else %}null{% endfor %})
{%- endmacro %}
