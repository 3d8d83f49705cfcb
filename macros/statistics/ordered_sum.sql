{#- A sum of numbers of any size that does not depend on the order of rows or on threads, because the
    values are added from the smallest to the largest. Sorting costs: exact_sum is for the many. -#}
{% macro ordered_sum(value) -%}
sum({{ value }} order by {{ value }})
{%- endmacro %}
