{#- A sum that does not depend on the order of rows or on threads: floating point addition does,
    decimal addition does not. Exact to 1e-12, and the sum has to stay below 1e26: for shares, scaled
    values and distances. What comes in units of its own is for ordered_sum. -#}
{% macro exact_sum(value) -%}
cast(sum(cast({{ value }} as decimal(38, 12))) as double)
{%- endmacro %}
