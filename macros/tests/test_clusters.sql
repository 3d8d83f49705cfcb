{#- The smallest size of a cluster, by the setting in force; 0.07 * 100 has to stay 7. -#}
{% macro test_clusters() %}
    {% set minimum = setting('merging.minimum_cluster_size') %}
    {% for store_count in [1, 49, 50, 51, 100, 2013] %}
        {% if minimum >= 1 %}
            {% set expected = minimum %}
        {% else %}
            {% set millionths = (minimum * 1000000) | round | int %}
            {% set expected = (millionths * store_count + 999999) // 1000000 %}
        {% endif %}
        {% do assert_sql(
            'minimum_size of ' ~ store_count, minimum_size(store_count) ~ ' = ' ~ expected, 'true'
        ) %}
    {% endfor %}
{% endmacro %}
