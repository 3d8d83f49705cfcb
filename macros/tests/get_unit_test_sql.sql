{#- What a unit test compares, in place of dbt's own macro: floating point numbers to nine decimals,
    so that the expected figures can be worked out by hand, and everything else as it is. -#}
{% macro duckdb__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
with

dbt_internal_unit_test_actual as (

    select {{ expected_column_names | join(', ') }} from ({{ main_sql }}) as model_rows

),

dbt_internal_unit_test_expected as (

    select {{ expected_column_names | join(', ') }} from ({{ expected_fixture_sql }}) as fixture_rows

)

{% for side in ['actual', 'expected'] %}
select
    {% for column in expected_column_names %}
    case
        when typeof({{ column }}) = 'DOUBLE'
            then cast(round(try_cast({{ column }} as double), 9) + 0 as varchar)
        else cast({{ column }} as varchar)
    end as {{ column }},
    {% endfor %}
    '{{ side }}' as actual_or_expected
from dbt_internal_unit_test_{{ side }}
{{ 'union all' if not loop.last }}
{% endfor %}
{%- endmacro %}
