{#- Stop before anything is built where the sample chain would be built beside the published file of a
    user's chain, or the other way round. The published file is attached as previous. -#}
{% macro refuse_another_chain(published) %}
    {% set is_known = run_query(
        "select exists(select 1 from duckdb_columns() where database_name = 'previous' "
        ~ "and schema_name = 'marts' and table_name = 'runs' and column_name = 'settings')"
    ).rows[0][0] %}
    {% set rows = run_query(
        'select settings from previous.marts.runs order by started_at desc limit 1'
    ).rows if is_known else [] %}
    {% if rows and env_var('REPLACE_PUBLISHED', '') != 'yes' %}
        {% set sample = var('defaults').sources.sales.files %}
        {% set there = (fromjson(rows[0][0]).sources or {}).sales or {} %}
        {% set here = setting('sources.sales') %}
        {% if (there.files == sample) != (here.files == sample) %}
            {{ exceptions.raise_compiler_error(
                'Nothing was built: ' ~ published ~ ' holds ' ~ name_chain(there, sample)
                ~ ', and this run is of ' ~ name_chain(here, sample) ~ '. Name your settings file '
                ~ '(make run SETTINGS=my_chain.yml), or keep the chains apart with WAREHOUSE_DIR; '
                ~ 'REPLACE_PUBLISHED=yes replaces the published chain on purpose.'
            ) }}
        {% endif %}
    {% endif %}
{% endmacro %}
