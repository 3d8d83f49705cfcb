{#- Say what failed, which rows were refused and which stores have no cluster: usual causes of a
    failure. What was skipped because of it is only counted. -#}
{% macro explain_failure(results) %}
    {% set failed = [] %}
    {% set skipped = [] %}
    {% set built = [] %}
    {% for result in results %}
        {% set status = result.status | string %}
        {% if status == 'success' %}
            {% do built.append(result.node) %}
        {% elif status == 'skipped' %}
            {% do skipped.append(result.node.name) %}
        {% elif result in failed_results(results) %}
            {% do failed.append(result.node.name ~ ' (' ~ status ~ ')') %}
        {% endif %}
    {% endfor %}
    {% do print(
        'Not published, failed: ' ~ failed | join(', ') ~ '; skipped because of it: '
        ~ skipped | length
    ) %}
    {% for node in built if node.name in ['pre_refused_sales', 'stg_products', 'stg_stores', 'stg_feed_rows'] %}
        {% set reasons = run_query(
            'select rejected_reason, count(*), min(line), any_value(file) from ' ~ node.relation_name
            ~ ' where rejected_reason is not null group by rejected_reason order by 2 desc, 1'
        ).rows %}
        {% for row in reasons[:4] %}
            {% do print(
                '  refused in ' ~ row[3] ~ ': ' ~ row[1] ~ ' rows, ' ~ row[0] ~ ' (line ' ~ row[2]
                ~ ' is the first)'
            ) %}
        {% endfor %}
    {% endfor %}
    {% for node in built if node.name == 'stores_without_cluster' %}
        {% for row in run_query(
            'select category, reason, count(*) from ' ~ node.relation_name
            ~ ' group by category, reason order by 3 desc, 1, 2'
        ).rows[:4] %}
            {% do print('  without a cluster in ' ~ row[0] ~ ': ' ~ row[2] ~ ' stores, ' ~ row[1]) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
