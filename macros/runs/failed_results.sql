{#- The results of a dbt invocation that are not a success. -#}
{% macro failed_results(results) %}
    {% set failed = [] %}
    {% for result in results
        if result.status | string not in ['success', 'pass', 'warn', 'no-op', 'reused'] %}
        {% do failed.append(result) %}
    {% endfor %}
    {{ return(failed) }}
{% endmacro %}
