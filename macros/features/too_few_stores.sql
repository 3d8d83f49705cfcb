{#- Why a category with so many stores has no clusters by what they sell. -#}
{% macro too_few_stores(store_count) -%}
'too few stores (' || cast({{ store_count }} as varchar)
|| ', minimum is {{ setting('internal.too_few_stores.minimum_stores') }})'
{%- endmacro %}
