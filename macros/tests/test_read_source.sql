{#- Files as rows, with the file and the line of each. The reasons are a file that is always there; it
    is compared with itself under another name, since lines are counted per file. -#}
{% macro test_read_source() %}
    {% set files = ['seeds/reasons.csv', './seeds/reasons.csv'] %}
    {% set rows = '(' ~ read_source({'files': files}) ~ ') as source' %}
    {% for number in ['count(distinct _file)', 'min(_line)'] %}
        {% do assert_sql('read_source: ' ~ number, number, '2', rows) %}
    {% endfor %}
    {% do assert_sql(
        'read_source: lines without a gap', 'max(_line) - 1 = count(*) / 2', 'true', rows
    ) %}
    {% do assert_sql(
        'read_source: the first line under the header',
        "string_agg(distinct reason, ', ') filter (where _line = 2)", 'store id is missing', rows
    ) %}
    {% do assert_sql(
        'read_source: the third line', "string_agg(distinct reason, ', ') filter (where _line = 3)",
        'product id is missing', rows
    ) %}
    {% set plan = source_plan({'files': files}) %}
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
