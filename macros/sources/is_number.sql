{#- True if a text is a number as people and programs write it: engines differ in what else they
    take (NaN, inf, 12d). -#}
{% macro is_number(text) -%}
regexp_matches({{ text }}, '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$')
{%- endmacro %}
