{#- Say what failed, and which rows were refused: too many refused rows are a usual cause. What was
    skipped because of a failure is only counted. -#}
{% macro explain_failure(failed) %}
    {% set names = [] %}
    {% for result in failed if result.status | string != 'skipped' %}
        {% do names.append(result.node.name ~ ' (' ~ result.status ~ ')') %}
    {% endfor %}
    {% do print(
        'Not published, failed: ' ~ names | join(', ') ~ '; ' ~ (failed | length - names | length)
        ~ ' more were skipped because of it'
    ) %}
    {% for name in ['stg_sales', 'stg_products', 'stg_stores', 'stg_feed_rows'] %}
        {% set relation = adapter.get_relation(target.database, 'staging', name) %}
        {% if relation %}
            {% set reasons = run_query(
                'select rejected_reason, count(*), min(line), any_value(file) from ' ~ relation
                ~ ' where rejected_reason is not null group by rejected_reason order by 2 desc, 1'
            ).rows %}
            {% for row in reasons[:4] %}
                {% do print(
                    '  refused in ' ~ row[3] ~ ': ' ~ row[1] ~ ' rows, ' ~ row[0] ~ ' (line ' ~ row[2]
                    ~ ' is the first)'
                ) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
{% endmacro %}
