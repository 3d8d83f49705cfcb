{#- The smallest size of a cluster, by the setting in force (0.07 * 100 has to stay 7), and how many
    stores are compared with each other. -#}
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
    {% for cluster_size, store_count, expected in [
        (1, 1, 1), (3000, 10000, 3000), (9950, 10001, 9950), (51, 10001, 51), (10000, 20000, 5000),
        (20000, 20000, 10000), (101, 1000000, 100), (99, 1000000, 99), (500001, 1000000, 5001),
    ] %}
        {% do assert_sql(
            'sampled_stores of ' ~ cluster_size,
            'cast(' ~ sampled_stores(cluster_size, store_count) ~ ' as integer)', expected | string
        ) %}
    {% endfor %}
{% endmacro %}
