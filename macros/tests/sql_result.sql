{#- What an SQL expression gives over some rows, as text. -#}
{% macro sql_result(expression, rows='(select 1) as nothing') %}
    {% set result = run_query('select cast((' ~ expression ~ ') as varchar) as got from ' ~ rows) %}
    {{ return(result.columns[0].values()[0]) }}
{% endmacro %}
