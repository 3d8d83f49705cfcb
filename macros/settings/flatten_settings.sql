{#- Nested settings as a list of [path, value as JSON]. -#}
{% macro flatten_settings(tree, prefix='') %}
    {% set rows = [] %}
    {% for key, value in tree.items() %}
        {% if value is mapping and value %}
            {% do rows.extend(flatten_settings(value, prefix ~ key ~ '.')) %}
        {% else %}
            {% do rows.append([prefix ~ key, tojson(value)]) %}
        {% endif %}
    {% endfor %}
    {{ return(rows) }}
{% endmacro %}
