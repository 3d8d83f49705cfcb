{#- The values of scaled features under the names that gather_sides asks for. -#}
{% macro feature_positions(scaled_relation) -%}
(select category, store_id, feature as component, value from {{ scaled_relation }})
{%- endmacro %}
