{#- The category under which the external tables know a store of a category: one model serves them all,
    unless external.per_category asks for one model each. -#}
{% macro external_category(category) -%}
{{ category if setting('external.per_category') else "'all'" }}
{%- endmacro %}
