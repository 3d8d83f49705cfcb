{#- Schemas have the names of the layers, in every environment: each has a file of its own. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
{{ custom_schema_name or target.schema }}
{%- endmacro %}
