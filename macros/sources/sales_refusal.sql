{#- Why a sales row is refused, null if it is not: the line, then the keys, then the values. -#}
{% macro sales_refusal() -%}
case
    when value_fault in ('too few fields', 'too many fields', 'a quote is not closed') then value_fault
    when store_id is null then 'store id is missing'
    when product_id is null then 'product id is missing'
    else value_fault
end
{%- endmacro %}
