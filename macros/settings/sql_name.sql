{#- A column name as a quoted SQL identifier. -#}
{% macro sql_name(name) -%}
"{{ name | replace('"', '""') }}"
{%- endmacro %}
