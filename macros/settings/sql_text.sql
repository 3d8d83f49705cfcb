{#- A value as a SQL text literal. -#}
{% macro sql_text(value) -%}
'{{ value | string | replace("'", "''") }}'
{%- endmacro %}
