{#- How a source is read: its kind, its files by header, and the type of every column that the settings
    name. The plugin looks at the files; while dbt only parses there is nothing to look at. -#}
{% macro source_plan(source) %}
    {% set plan = {'kind': '', 'readers': [], 'types': {}, 'columns': [], 'groups': []} %}
    {% if execute and source %}
        {% set rows = run_query('select source_plan(' ~ sql_text(tojson(source)) ~ ')').rows %}
        {% set plan = fromjson(rows[0][0]) %}
    {% endif %}
    {{ return(plan) }}
{% endmacro %}
