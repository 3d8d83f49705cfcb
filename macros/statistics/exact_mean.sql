{#- A mean over the values that are there, independent of the order of rows. -#}
{% macro exact_mean(value) -%}
{{ safe_divide(exact_sum(value), 'count(' ~ value ~ ')') }}
{%- endmacro %}
