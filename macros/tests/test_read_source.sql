{#- A file as rows, with the line of each. The reasons are a file that is always there. -#}
{% macro test_read_source() %}
    {% set rows = '(' ~ read_source({'files': 'seeds/reasons.csv'}) ~ ') as source' %}
    {% do assert_sql('read_source: the first line', 'min(_line)', '2', rows) %}
    {% do assert_sql('read_source: lines without a gap', 'max(_line) - 1 = count(*)', 'true', rows) %}
    {% do assert_sql(
        'read_source: the first line under the header',
        "string_agg(distinct reason, ', ') filter (where _line = 2)", 'store id is missing', rows
    ) %}
    {% do assert_sql(
        'read_source: the third line', "string_agg(distinct reason, ', ') filter (where _line = 3)",
        'product id is missing', rows
    ) %}
    {% set plan = source_plan({'files': 'seeds/reasons.csv'}) %}
    {% do assert_value('source_plan: kind', plan.kind, 'csv') %}
    {% do assert_value(
        'source_plan: columns', plan.readers[0].columns, ['reason', 'applies_to', 'meaning', 'what_to_do']
    ) %}
    {% do assert_value('source_plan of nothing', source_plan(none).readers, []) %}
    {% do assert_sql(
        'read_source: another delimiter', "max(column_name)", 'reason,applies_to,meaning,what_to_do',
        '(describe ' ~ source_rows({'files': 'seeds/reasons.csv', 'delimiter': '|'}, false) ~ ')'
    ) %}
{% endmacro %}
