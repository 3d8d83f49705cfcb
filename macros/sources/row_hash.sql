{#- A number that is equal for equal rows of values, null included; different rows rarely share one. -#}
{% macro row_hash(values) -%}
hash({{ values | join(', ') }})
{%- endmacro %}
