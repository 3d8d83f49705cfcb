{#- A label in lower case and with single spaces. -#}
{% macro spaced_label(text) -%}
regexp_replace(lower(trim({{ text }})), '[[:space:]]+', ' ', 'g')
{%- endmacro %}
