{#- A mean over the values that are there, of any size, independent of the order of rows. -#}
{% macro ordered_mean(value) -%}
{{ safe_divide(ordered_sum(value), 'count(' ~ value ~ ')') }}
{%- endmacro %}
