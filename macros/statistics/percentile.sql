{#- The value below which a share of the values lies, interpolated as numpy does. -#}
{% macro percentile(value, share) -%}
percentile_cont({{ share }}) within group (order by {{ value }})
{%- endmacro %}
