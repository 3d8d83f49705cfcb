{#- Write the run and its steps into the tables runs and run_steps; a job that runs before the first
    full build has no such tables yet. -#}
{% macro log_run_end(results) %}
    {% set runs = adapter.get_relation(target.database, 'marts', 'runs') if execute else none %}
    {% set steps = adapter.get_relation(target.database, 'marts', 'run_steps') if execute else none %}
    {% if runs and steps and results and flags.WHICH in ['build', 'run', 'retry', 'test', 'seed'] %}
        {% set failed = failed_results(results) %}
        {% set seconds = (modules.datetime.datetime.now(modules.pytz.utc) - run_started_at).total_seconds() %}
        {% set rows = [] %}
        {% for result in results %}
            {% set row_count = (result.adapter_response or {}).get('rows_affected', -1) %}
            {% do rows.append(
                '(' ~ [
                    sql_text(invocation_id), sql_text(result.node.name),
                    sql_text(result.node.resource_type), sql_text(result.status),
                    result.execution_time, row_count if row_count | int >= 0 else 'null',
                    sql_text(result.message or '')
                ] | join(', ') ~ ')'
            ) %}
        {% endfor %}
        {% do run_query('insert into ' ~ steps ~ ' values ' ~ rows | join(', ')) %}
        {% do run_query(
            'insert into ' ~ runs ~ ' values (' ~ [
                sql_text(invocation_id), sql_text(target.name), sql_text(flags.WHICH),
                sql_text('failed' if failed else 'success'),
                sql_text(run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f')), seconds,
                results | length, failed | length,
                sql_text(tojson(settings())), 'package_versions()'
            ] | join(', ') ~ ')'
        ) %}
    {% endif %}
{% endmacro %}
