{#- The settings and their way into SQL. That dbt stops at an unknown setting cannot be caught here;
    this has to fail, naming the path: dbt run-operation setting --args '{path: internal.scale.nothing}' -#}
{% macro test_settings() %}
    {% do assert_value('sql_text', sql_text("it's"), "'it''s'") %}
    {% do assert_value('sql_text', sql_text(''), "''") %}
    {% do assert_value('sql_text', sql_text(1.5), "'1.5'") %}
    {% do assert_sql('sql_text as SQL', sql_text("a 'b' -- \\ c"), "a 'b' -- \\ c") %}
    {% do assert_value('sql_name', sql_name('a "b"'), '"a ""b"""') %}
    {% do assert_sql(
        'sql_name as SQL', sql_name('a "b"'), '7', '(select 7 as ' ~ sql_name('a "b"') ~ ')'
    ) %}
    {% do assert_value('sql_texts', sql_texts([]), '(null)') %}
    {% do assert_value('sql_texts', sql_texts(['a']), "('a')") %}
    {% do assert_value('sql_texts', sql_texts(["it's", 'b']), "('it''s', 'b')") %}
    {% do assert_sql('sql_list', sql_list(["it's", 'b']) ~ " = ['it''s', 'b']", 'true') %}
    {% do assert_sql('sql_list of nothing', 'len(' ~ sql_list([]) ~ ')', '0') %}
    {% do assert_sql(
        'sql_texts of nothing matches nothing', "coalesce('a' in " ~ sql_texts([]) ~ ', false)', 'false'
    ) %}

    {% for need_state in ['growth', 'rum'] %}
        {% do assert_sql(
            'a need state may be called like an extra feature that nobody asked for',
            feature_of_need_state(sql_text(need_state), "'drinks'"), need_state
        ) %}
    {% endfor %}

    {% set base = {'a': {'b': 1, 'c': {'d': 2, 'e': [1, 2]}}, 'f': 3, 'sources': {'sales': 1, 'feeds': 2}} %}
    {% set before = tojson(base) %}
    {% for over, expected in [
        ({}, base),
        ({'f': none}, {'a': base.a, 'f': none, 'sources': base.sources}),
        ({'a': {'c': {'d': 9}}}, {'a': {'b': 1, 'c': {'d': 9, 'e': [1, 2]}}, 'f': 3, 'sources': base.sources}),
        ({'a': {'c': {'e': [7]}}}, {'a': {'b': 1, 'c': {'d': 2, 'e': [7]}}, 'f': 3, 'sources': base.sources}),
        ({'a': 5, 'g': {'h': 6}}, {'a': 5, 'f': 3, 'sources': base.sources, 'g': {'h': 6}}),
        ({'f': {'x': 1}}, {'a': base.a, 'f': {'x': 1}, 'sources': base.sources}),
        ({'sources': {'sales': 4}}, {'a': base.a, 'f': 3, 'sources': {'sales': 4}})
    ] %}
        {% do assert_value('merge_settings with ' ~ over, merge_settings(base, over), expected) %}
    {% endfor %}
    {% do assert_value('merge_settings leaves its input alone', tojson(base), before) %}

    {% do assert_value('setting', setting('merging'), settings().merging) %}
    {% do assert_value(
        'setting', setting('internal.scale.method'), settings()['internal']['scale']['method']
    ) %}
    {% do assert_value(
        'settings: sections', settings() | sort, ['explanations', 'external', 'internal', 'merging', 'projections', 'quality', 'resources', 'sources']
    ) %}
    {#- the first layer that says it: the user, the environment, the defaults; see it also with
        --target dev and --vars '{internal: {algorithm: {starts: 7}}}' -#}
    {% set layers = [var('internal', none) or {}, (var('environments')[target.name] or {}).get('internal', {})] %}
    {% set starts = [] %}
    {% for layer in layers + [var('defaults').internal] if layer.get('algorithm', {}).get('starts') %}
        {% do starts.append(layer.algorithm.starts) %}
    {% endfor %}
    {% do assert_value('settings: the layers', setting('internal.algorithm.starts'), starts[0]) %}

    {% do assert_value(
        'flatten_settings',
        flatten_settings({'a': {'b': 1, 'c': {'d': 'x', 'e': none}}, 'f': [1, 'y'], 'g': {}, 'h': true}),
        [['a.b', '1'], ['a.c.d', '"x"'], ['a.c.e', 'null'], ['f', '[1, "y"]'], ['g', '{}'], ['h', 'true']]
    ) %}
    {% do assert_value('flatten_settings', flatten_settings({}), []) %}

    {% do assert_value('generate_schema_name', generate_schema_name('marts', none), 'marts') %}
    {% do assert_value('generate_schema_name', generate_schema_name(none, none), target.schema) %}
{% endmacro %}
