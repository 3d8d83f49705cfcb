{#- The names of the feeds whose key is the store itself. -#}
{% macro feeds_by_store(feeds) %}
    {% set names = [] %}
    {% for name, feed in feeds.items() if feed.matches == 'store_id' %}
        {% do names.append(name) %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}
