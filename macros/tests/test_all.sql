{#- All macros as values: dbt run-operation test_all. It stops at the first value that is wrong. What
    the models make of the macros is tested beside the models. -#}
{% macro test_all() %}
    {% do test_assertions() %}
    {% do test_data_tests() %}
    {% do test_sources() %}
    {% do test_read_source() %}
    {% do test_statistics() %}
    {% do test_features() %}
    {% do test_clusters() %}
    {% do test_settings() %}
    {% do test_runs() %}
    {% do print('All macros give what they should.') %}
{% endmacro %}
