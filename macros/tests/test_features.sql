{#- What the macros of the feature steps give whatever the settings are: the fences, and the choice of
    features. What depends on settings is tested beside the models. -#}
{% macro test_features() %}
    {#- 1, 2, 3, 4, 8 in any order; the same turned around; all equal; a store alone; nothing -#}
    {% for method, values, low, high, unit in [
        ('iqr', '8, 1, 4, 2, 3', '2.0', '4.0', '2.0'), ('iqr', '-1, -2, -3, -4, -8', '-4.0', '-2.0', '2.0'),
        ('iqr', '5, 5, 5, 5, 99', '5.0', '5.0', none), ('iqr', '7', '7.0', '7.0', none),
        ('iqr', 'null, 7, 9, null', '7.5', '8.5', '1.0'), ('iqr', 'null', none, none, none),
        ('mad', '8, 1, 4, 2, 3', '3.0', '3.0', '1.4826'), ('mad', '-1, -2, -3, -4, -8', '-3.0', '-3.0', '1.4826'),
        ('mad', '5, 5, 5, 5, 99', '5.0', '5.0', none), ('mad', '7', '7.0', '7.0', none),
        ('mad', 'null, 7, 9, null', '8.0', '8.0', '1.4826'), ('mad', 'null', none, none, none)
    ] %}
        {#- a store that is not fitted counts for nothing -#}
        {% set rows = "(select 'A' as category, 'rum' as feature, true as is_fitted, "
            ~ 'cast(unnest([' ~ values ~ "]) as double) as value "
            ~ "union all select 'A', 'rum', false, -1e6)" %}
        {% set fences = '(' ~ measure_fences(rows, method) ~ ') as fences' %}
        {% do assert_sql('measure_fences: low', 'low', low, fences) %}
        {% do assert_sql('measure_fences: high', 'high', high, fences) %}
        {% do assert_sql('measure_fences: unit', 'unit', unit, fences) %}
    {% endfor %}
    {% set nothing = "(select 'A' as category, 'rum' as feature, true as is_fitted, 1e0 as value where false)" %}
    {% for method in ['iqr', 'mad'] %}
        {% do assert_sql(
            'measure_fences of no rows', 'count(*)', '0', '(' ~ measure_fences(nothing, method) ~ ') as fences'
        ) %}
    {% endfor %}

    {% for reason, partner, correlation, expected in [
        (none, none, none, 'used'), ('no value', none, none, 'no value'),
        (none, 'gin', '0.984', 'correlated 0.98 with gin'), (none, 'gin', '-0.996', 'correlated -1.00 with gin'),
        (none, "people's gin", '1', "correlated 1.00 with people's gin")
    ] %}
        {% set candidates = "(select 'A' as category, 'rum' as feature, 3 as store_count, 0e0 as missing_share, "
            ~ '1e0 as variance, cast(' ~ (sql_text(reason) if reason else 'null')
            ~ ' as varchar) as unused_reason)' %}
        {% set correlations = "(select 'A' as category, 'rum' as feature, " ~ sql_text(partner)
            ~ ' as partner, cast(' ~ (correlation or 'null') ~ ' as double) as correlation where '
            ~ (correlation is not none) ~ ')' %}
        {% set selection = '(' ~ select_features(candidates, correlations) ~ ') as selection' %}
        {% do assert_sql('select_features: reason', 'reason', expected, selection) %}
        {% do assert_sql(
            'select_features: is_used', 'is_used', 'true' if expected == 'used' else 'false', selection
        ) %}
    {% endfor %}
{% endmacro %}
