{#- Say what failed, which rows were refused and which stores have no cluster: usual causes of a
    failure, but not of a unit test, nor of a table or column that does not exist. What was skipped
    because of it is only counted. -#}
{% macro explain_failure(results) %}
    {% set failed = [] %}
    {% set by_rows = [] %}
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
            {% if result.node.resource_type != 'unit_test'
                and not modules.re.search('Catalog Error|Binder Error', result.message or '') %}
                {% do by_rows.append(result.node.name) %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {% do print(
        'Not published, failed: ' ~ failed | join(', ') ~ '; skipped because of it: '
        ~ skipped | length
    ) %}
    {% for result in results if result.message %}
        {% set file = (modules.re.findall('file = (.+)', result.message) or ['a text file'])[0] %}
        {% if 'quoted new lines' in result.message %}
            {% do print('  ' ~ file ~ ' has a quoted field with a line break: set quoted_line_breaks: true for its source') %}
        {% elif 'not utf-8 encoded' in result.message %}
            {% do print('  ' ~ file ~ ' is not of the encoding utf-8: set encoding: latin-1 for its source') %}
        {% endif %}
    {% endfor %}
    {% if nodes_not_in(results) %}
        {% do print(
            '  Only a part of the pipeline ran, on the tables that other jobs had left: make run-full '
            ~ 'builds everything from the same files and settings'
        ) %}
    {% endif %}
    {% if not by_rows %}
        {{ return('') }}
    {% endif %}
    {% set relations = {} %}
    {% for node in built %}{% do relations.update({node.name: node.relation_name}) %}{% endfor %}
    {% set share = setting('quality.maximum_rejected_share') %}
    {% if relations.data_coverage and relations.rejected_rows %}
        {% for row in run_query(refused_too_often(relations.data_coverage, relations.rejected_rows)).rows %}
            {% do print(
                '  ' ~ row[0] ~ ': ' ~ row[1] ~ ' of ' ~ row[2] ~ ' rows were refused, '
                ~ (100 * row[1] / row[2]) | round(1) ~ ' %, more than quality.maximum_rejected_share allows, '
                ~ (100 * share) | round(1) ~ ' %. Correct the rows in the source (marts.rejected_rows in '
                ~ target.path ~ ' lists them), or allow a larger share'
            ) %}
        {% endfor %}
    {% endif %}
    {% for node in built if node.name in ['pre_refused_sales', 'stg_products', 'stg_stores', 'stg_feed_rows'] %}
        {% set reasons = run_query(
            'select rejected_reason, count(*), min(line), file from ' ~ node.relation_name
            ~ ' where rejected_reason is not null group by rejected_reason, file order by 2 desc, 4, 1'
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
