{#- What decides whether a run is published, and where. A working file elsewhere has to fail, which
    cannot be caught here: dbt run-operation published_path --args '{working_path: warehouse/prod.duckdb}' -#}
{% macro test_runs() %}
    {% for working, published in [
        ('warehouse/work/prod.duckdb', 'warehouse/prod.duckdb'),
        ('/srv/work/work/dev.duckdb', '/srv/work/dev.duckdb'),
        ('work/dev.duckdb', 'dev.duckdb')
    ] %}
        {% do assert_value('published_path of ' ~ working, published_path(working), published) %}
    {% endfor %}

    {% set results = [] %}
    {% for status in [
        'success', 'pass', 'warn', 'no-op', 'error', 'fail', 'skipped', 'runtime error'
    ] %}
        {% do results.append({'status': status, 'node': {'name': 'n', 'unique_id': 'model.' ~ status}}) %}
    {% endfor %}
    {% do assert_value('failed_results', failed_results([]), []) %}
    {% do assert_value(
        'failed_results', failed_results(results) | map(attribute='status') | list,
        ['error', 'fail', 'skipped', 'runtime error']
    ) %}

    {% set everything = [] %}
    {% for node in graph.nodes.values() %}{% do everything.append({'node': node}) %}{% endfor %}
    {% do assert_value('nodes_not_in of a full run', nodes_not_in(everything), []) %}
    {% set one = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | list | first %}
    {% set rest = everything | rejectattr('node.unique_id', 'equalto', one.unique_id) | list %}
    {% do assert_value('nodes_not_in of all but one', nodes_not_in(rest), [one.name]) %}
{% endmacro %}
