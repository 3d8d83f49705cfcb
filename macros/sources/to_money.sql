{#- Text as money, exact to 0.0001; null if it is not a number. -#}
{% macro to_money(text) -%}
case when {{ is_number(text) }} then try_cast({{ text }} as decimal(18, 4)) end
{%- endmacro %}
