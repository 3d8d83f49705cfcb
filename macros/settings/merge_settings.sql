{#- Two layers of settings as one, the second first; `sources` is replaced as a whole. -#}
{% macro merge_settings(base, over) %}
    {% set merged = dict(base) %}
    {% for key, value in over.items() %}
        {% if key != 'sources' and value is mapping and merged.get(key) is mapping %}
            {% do merged.update({key: merge_settings(merged[key], value)}) %}
        {% else %}
            {% do merged.update({key: value}) %}
        {% endif %}
    {% endfor %}
    {{ return(merged) }}
{% endmacro %}
