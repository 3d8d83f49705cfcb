{#- The assertions can fail: one that never does would make every test pass. -#}
{% macro test_assertions() %}
    {% for got, expected in [
        (1, 2), ('1', 1), (none, 0), (none, ''), (true, 1), ([1, 2], [2, 1]), ({'a': 1}, {'a': none})
    ] %}
        {% if not differs(got, expected) %}
            {{ exceptions.raise_compiler_error('differs: ' ~ got ~ ' is not ' ~ expected) }}
        {% endif %}
    {% endfor %}
    {% for got, expected in [(1, 1), (none, none), ([1, {'a': 2}], [1, {'a': 2}])] %}
        {% if differs(got, expected) %}
            {{ exceptions.raise_compiler_error('differs: ' ~ got ~ ' is ' ~ expected) }}
        {% endif %}
    {% endfor %}
    {% do assert_value('sql_result', sql_result('1 = 1'), 'true') %}
    {% do assert_value('sql_result', sql_result('null'), none) %}
    {% do assert_value('sql_result', sql_result("''"), '') %}
    {% do assert_value(
        'sql_result', sql_result('sum(x)', '(values (1), (2)) as numbers (x)'), '3'
    ) %}
{% endmacro %}
