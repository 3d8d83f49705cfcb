{#- The macros that make values out of what stands in a file. -#}
{% macro test_sources() %}
    {% for text in [
        '', ' ', '.', '-', 'e5', '1e', 'abc', '1,5', '1,000.00', '1 000', '1_000', '0x10', '12d', 'NaN', 'inf',
        '-Infinity', '1.2.3', '--1', '$1', '1%', '٣'
    ] %}
        {% do assert_sql('to_number of ' ~ text, to_number(sql_text(text)), none) %}
        {% do assert_sql('to_money of ' ~ text, to_money(sql_text(text)), none) %}
    {% endfor %}
    {% do assert_sql('to_number of null', to_number('null'), none) %}
    {% do assert_sql('to_money of null', to_money('null'), none) %}

    {% for value, text in [
        ("'007'", '007'), ("'7.0'", '7.0'), ("cast(7 as double)", '7'), ("cast(-999 as float)", '-999'),
        ("cast(0.5 as double)", '0.5'), ("cast(70 as double)", '70'),
        ("cast(-999 as decimal(10, 2))", '-999'), ("cast(7.50 as decimal(10, 2))", '7.50'), ("'7.00'", '7.00'), ("7", '7'), ('null', none)
    ] %}
        {% do assert_sql('to_text of ' ~ value, to_text(value), text) %}
    {% endfor %}

    {#- numbers of another type than text -#}
    {% do assert_sql('to_money of a number', to_money("cast('1.00005' as double)", 'DOUBLE'), '1.0001') %}
    {% do assert_sql('to_money of infinity', to_money("cast('inf' as double)", 'DOUBLE'), none) %}
    {% do assert_sql('to_money of not a number', to_money("cast('nan' as double)", 'DOUBLE'), none) %}
    {% do assert_sql('to_money of a decimal', to_money("cast('-1.23456' as decimal(10, 5))", 'DECIMAL(10,5)'), '-1.2346') %}
    {% do assert_sql('to_money of a number too large', to_money('12345678901234567890', 'HUGEINT'), none) %}
    {% do assert_sql('to_number of a number', to_number('7', 'INTEGER'), '7.0') %}
    {% do assert_sql('to_number of infinity', to_number("cast('inf' as double)", 'DOUBLE'), none) %}
    {% do assert_sql('to_number of not a number', to_number("cast('nan' as double)", 'DOUBLE'), none) %}

    {% for text, number in [
        ('0', '0.0'), ('007', '7.0'), ('-1.5', '-1.5'), ('+5', '5.0'), ('5.', '5.0'), ('.5', '0.5'),
        ('1e3', '1000.0'), (' 1 ', '1.0'), ('12345678901234567890', '1.2345678901234567e+19'),
        ('1E-2', '0.01')
    ] %}
        {% do assert_sql('to_number of ' ~ text, to_number(sql_text(text)), number) %}
    {% endfor %}

    {#- 18 digits, four of them behind the point; half a unit is rounded away from zero -#}
    {% for text, money in [
        ('0', '0.0000'), ('-3', '-3.0000'), (' -3 ', '-3.0000'), ('+5', '5.0000'), ('10.5', '10.5000'), ('1e2', '100.0000'),
        ('0.00005', '0.0001'), ('-0.00005', '-0.0001'), ('0.00004', '0.0000'),
        ('99999999999999.9999', '99999999999999.9999'), ('999999999999999', none), ('1e99', none)
    ] %}
        {% do assert_sql('to_money of ' ~ text, to_money(sql_text(text)), money) %}
    {% endfor %}

    {% for text, day in [
        ('2025-01-06', '2025-01-06'), ('2024-02-29', '2024-02-29'),
        ('2025-01-06 23:59:59', '2025-01-06'), ('2025-01-06T00:00:00Z', '2025-01-06'),
        ('2025-02-29', none), ('2025-13-01', none), ('2025-1-6', none), ('06.01.2025', none),
        ('01/06/2025', none), ('20250106', none), ('2025-01-06x', none), (' 2025-01-06 ', '2025-01-06'),
        ('45663', none), ('', none), ('infinity', none), ('epoch', none), ('2024', none)
    ] %}
        {% do assert_sql('to_date of ' ~ text, to_date(sql_text(text)), day) %}
    {% endfor %}
    {% for text, day in [
        ('06.01.2025', '2025-01-06'), (' 6.1.2025 ', '2025-01-06'), ('31.02.2025', none), ('2025-01-06', none),
        ('', none)
    ] %}
        {% do assert_sql(
            'to_date in a format of ' ~ text, to_date(sql_text(text), format='%d.%m.%Y'), day
        ) %}
    {% endfor %}
    {% do assert_sql(
        'to_date of a timestamp', to_date("timestamp '2025-01-06 23:59:59'", 'TIMESTAMP'), '2025-01-06'
    ) %}
    {% for value, type, format, day in [
        ("date '2025-01-06'", 'DATE', none, '2025-01-06'), ('null', 'DATE', none, none),
        ('20250106', 'BIGINT', '%Y%m%d', '2025-01-06'), ('20250106', 'BIGINT', none, none),
        ("date '2025-01-06'", 'DATE', '%d.%m.%Y', '2025-01-06'),
        ("'06.01.2025 23:59'", 'VARCHAR', '%d.%m.%Y %H:%M', '2025-01-06')
    ] %}
        {% do assert_sql('to_date of ' ~ value ~ ', ' ~ type, to_date(value, type, format), day) %}
    {% endfor %}
    {% do assert_sql('to_date of null', to_date('null'), none) %}

    {% for left, right in [('Ames', ' AMES '), ('ÄÖ', 'äö'), ('', ' ')] %}
        {% do assert_sql(
            'match_key of ' ~ left ~ ' and ' ~ right,
            match_key(sql_text(left)) ~ ' = ' ~ match_key(sql_text(right)), 'true'
        ) %}
    {% endfor %}
    {% do assert_sql('match_key', match_key("' St. Paul'"), 'st. paul') %}
    {% do assert_sql('match_key', match_key('null'), none) %}

    {#- a cell with a value, one with outer spaces, one with each text that the settings call missing -#}
    {% set name = 'a "b" c' %}
    {% do assert_sql(
        'column_text', column_text(name), 'x', "(select 'x' as " ~ sql_name(name) ~ ')'
    ) %}
    {% do assert_sql(
        'column_text', column_text(name), 'x y', "(select '  x y ' as " ~ sql_name(name) ~ ')'
    ) %}
    {% do assert_sql(
        'column_text', column_text(name), '5', '(select 5 as ' ~ sql_name(name) ~ ')'
    ) %}
    {% do assert_sql(
        'column_text', column_text(name), none, '(select null as ' ~ sql_name(name) ~ ')'
    ) %}
    {% for marker in setting('quality.missing_markers') %}
        {% do assert_sql(
            'column_text of the missing marker ' ~ marker, column_text(name), none,
            '(select ' ~ sql_text(' ' ~ marker) ~ ' as ' ~ sql_name(name) ~ ')'
        ) %}
    {% endfor %}
    {% do assert_sql(
        'column_text of an expression', column_text({'sql': "lower(a || '-1')"}), 'x-1', "(select 'X' as a)"
    ) %}
    {% do assert_sql('column_text of no column', column_text(none), none) %}
    {% do assert_sql('column_text of no column', column_text({}.nothing), none) %}

    {% do assert_sql('column_sql', column_sql('a "b"'), '1', '(select 1 as ' ~ sql_name('a "b"') ~ ')') %}
    {% do assert_sql('column_sql of an expression', column_sql({'sql': 'a + 1'}) ~ ' * 2', '4', '(select 1 as a)') %}
    {% do assert_sql('column_sql of no column', column_sql(none), none) %}
    {% do assert_sql('clean_text', clean_text("' x '"), 'x') %}
    {% do assert_sql('clean_text of nothing', clean_text("'  '"), none) %}
    {% do assert_sql('column_value', column_value('a'), ' 7', "(select ' 7' as a)") %}
    {#- a marker that is a number is missing; see it with --vars '{quality: {missing_markers: ["-999"]}}' -#}
    {% set is_marker = '-999' in setting('quality.missing_markers') %}
    {% for value, type, text in [
        ("' -999 '", 'VARCHAR', ' -999 '), ('-999e0', 'DOUBLE', '-999.0'), ('-999', 'BIGINT', '-999')
    ] %}
        {% do assert_sql(
            'column_value of a marker, ' ~ type, column_value({'sql': value}, type), none if is_marker else text
        ) %}
    {% endfor %}
    {% for value, type, text in [
        ("'-9990'", 'VARCHAR', '-9990'), ('null', 'DOUBLE', none), ('0', 'BIGINT', '0'),
        ("date '2025-01-06'", 'DATE', '2025-01-06')
    ] %}
        {% do assert_sql('column_value of ' ~ value, column_value({'sql': value}, type), text) %}
    {% endfor %}
    {% do assert_sql('column_value of no column', column_value(none), none) %}
    {% do assert_sql(
        'row_as_json', row_as_json(['a "b"', 'n', 'x']), '{"a \\"b\\"":" é","n":null,"x":1.5}',
        "(select ' é' as " ~ sql_name('a "b"') ~ ', null as n, 1.5 as x)'
    ) %}
    {% do assert_sql('row_as_json of a relation', row_as_json(['a'], 't'), '{"a":1}', '(select 1 as a) as t') %}
    {% do assert_sql(
        'split_groups', "string_agg(store || ' ' || _group || ' ' || _amount, ', ' order by _group)",
        "s1 DAIRY 7, s1 GIN's 0, s1 TEA 0",
        '(' ~ split_groups(
            "(select 's1' as store, ' 7' as dairy, '' as " ~ sql_name("gin's") ~ ', null as tea)',
            ['DAIRY', "GIN's", 'TEA']
        ) ~ ') as cells'
    ) %}
    {% set suspects = "(select 's1' as store_text, null as product_text, 1 as n)" %}
    {% for store, product, condition, is_found in [
        ("'s1'", 'null', 'true', 'true'), ("'s1'", 'null', 'n > 1', 'false'), ("'s1'", "''", 'true', 'false'),
        ('null', "'s1'", 'true', 'false')
    ] %}
        {% do assert_sql(
            'is_suspect of ' ~ store ~ ' and ' ~ product, is_suspect(suspects, condition), is_found,
            '(select ' ~ store ~ ' as store_text, ' ~ product ~ ' as product_text)'
        ) %}
    {% endfor %}
    {% for store, product, fault, reason in [
        ("'s1'", "'p1'", 'null', none), ("'s1'", "'p1'", "'return'", 'return'),
        ('null', 'null', "'return'", 'store id is missing'), ("'s1'", 'null', 'null', 'product id is missing'),
        ('null', 'null', "'too few fields'", 'too few fields'), ('null', 'null', "'too many fields'", 'too many fields')
    ] %}
        {% do assert_sql(
            'sales_refusal of ' ~ store ~ ', ' ~ product ~ ', ' ~ fault, sales_refusal(), reason,
            '(select ' ~ store ~ ' as store_id, ' ~ product ~ ' as product_id, ' ~ fault ~ ' as value_fault)'
        ) %}
    {% endfor %}
    {% do assert_sql(
        'row_hash of equal rows', row_hash(['1', 'null']) ~ ' = ' ~ row_hash(['1', 'null']), 'true'
    ) %}
    {% do assert_sql(
        'row_hash of other rows', row_hash(['1', 'null']) ~ ' = ' ~ row_hash(['null', '1']), 'false'
    ) %}
    {% do run_query("attach ':memory:' as has_rows_test") %}
    {% do run_query('create table has_rows_test.main.numbers as select 1 as n') %}
    {% set numbers = api.Relation.create(database='has_rows_test', schema='main', identifier='numbers') %}
    {% do assert_value('has_rows', has_rows(numbers), true) %}
    {% do assert_value('has_rows that meet a condition', has_rows(numbers, 'n > 1'), false) %}
    {% do assert_value('has_rows of what is not built', has_rows(api.Relation.create(schema='no', identifier='no')), true) %}

    {% do assert_sql(
        'text_map', text_map({"people's income": 'a', 'age': 'b'}), "{'people\\'s income'=7, age=NULL}",
        "(select ' 7' as a, null as b)"
    ) %}
    {% do assert_sql('text_map of nothing', text_map({}), '{}') %}

    {% do assert_value('feeds_by_store', feeds_by_store({}), []) %}
    {% do assert_value(
        'feeds_by_store',
        feeds_by_store({'a': {'matches': 'store_id'}, 'b': {'matches': 'town'}, 'c': {'matches': 'store_id'}}),
        ['a', 'c']
    ) %}

    {% do assert_value('feature_columns', feature_columns(none), {}) %}
    {% do assert_value(
        'feature_columns',
        feature_columns({'a': 'x', 'b': {'sql': 'y'}, 'c': {'column': 'z', 'combine': 'sum'}}),
        {'a': 'x', 'b': {'sql': 'y'}, 'c': 'z'}
    ) %}

    {% set statuses = {'open': ['A', ' b c'], 'closed': ["owner's"]} %}
    {% for text, status in [
        ('a', 'open'), ('A', 'open'), ('B C', 'open'), ("Owner's", 'closed'), ('open', none), ('', none)
    ] %}
        {% do assert_sql('status_of ' ~ text, status_of(sql_text(text), statuses), status) %}
    {% endfor %}
    {% do assert_sql('status_of null', status_of('null', statuses), none) %}

    {% for text, key in [
        ('IMPORTED VODKAS', 'imported vodka'), ('IMPORTED CORDIALS & LIQUEURS', 'imported cordial & liqueur'),
        ('  Dry \n Gin ', 'dry gin'), ('Whiskies', 'whisky'), ('Whisky', 'whisky'), ('cookies', 'cooky'),
        ('Cookie', 'cooky'), ('boxes', 'box'), ('box', 'box'), ('dishes/glasses', 'dish/glass'),
        ('tomatoes', 'tomato'), ('wines', 'wine'), ('gas', 'gas'), ('bus', 'bus'), ('glass', 'glass'),
        ("men's", "men's"), ('cafés', 'café'), ('teas, coffees', 'tea, coffee'), ('', '')
    ] %}
        {% do assert_sql('label_key of ' ~ text, label_key(sql_text(text)), key) %}
    {% endfor %}
    {% do assert_sql('label_key of null', label_key('null'), none) %}
    {% do assert_sql('spaced_label', spaced_label("' IMPORTED  Vodka '"), 'imported vodka') %}
{% endmacro %}
