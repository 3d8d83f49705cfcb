{#- Stop with a message unless an SQL expression has the expected value, as text (none is null). -#}
{% macro assert_sql(macro, expression, expected, rows='(select 1) as nothing') %}
    {% do assert_value(macro, sql_result(expression, rows), expected) %}
{% endmacro %}
