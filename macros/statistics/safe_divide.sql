{#- A ratio, null where the divisor is zero. -#}
{% macro safe_divide(numerator, denominator) -%}
(case when {{ denominator }} <> 0 then ({{ numerator }}) / ({{ denominator }}) end)
{%- endmacro %}
