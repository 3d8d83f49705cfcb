{#- The columns of a feed's features by name: a feature is a column, or {column: ..., combine: ...}. -#}
{% macro feature_columns(features) %}
    {% set columns = {} %}
    {% for name, feature in (features or {}).items() %}
        {% set is_combined = feature is mapping and 'column' in feature %}
        {% do columns.update({name: feature.column if is_combined else feature}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}
