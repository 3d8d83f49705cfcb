{#- Stop before a published file is replaced by one that knows less than half of its stores: that is
    another chain, or a run that lost its stores. -#}
{% macro refuse_other_stores(published) %}
    {% if run_query('select is_file(' ~ sql_text(published) ~ ')').rows[0][0]
            and env_var('REPLACE_PUBLISHED', '') != 'yes' %}
        {% do run_query('attach ' ~ sql_text(published) ~ ' as previous (read_only)') %}
        {% set has_stores = run_query(
            "select exists(select 1 from duckdb_tables() where database_name = 'previous' "
            ~ "and schema_name = 'marts' and table_name = 'stores')"
        ).rows[0][0] %}
        {% set counts = run_query(
            'select count(*), count(*) filter (store_id in (select store_id from '
            ~ api.Relation.create(database=target.database, schema='marts', identifier='stores')
            ~ ')) from previous.marts.stores'
        ).rows[0] if has_stores else [0, 0] %}
        {% do run_query('detach previous') %}
        {% if 2 * counts[1] < counts[0] %}
            {{ exceptions.raise_compiler_error(
                'Not published: ' ~ published ~ ' knows ' ~ counts[0] ~ ' stores, and this run only '
                ~ counts[1] ~ ' of them. If it is another chain, keep it apart with WAREHOUSE_DIR; if '
                ~ 'stores are missing, look at the store ids of your files. REPLACE_PUBLISHED=yes '
                ~ 'publishes it on purpose.'
            ) }}
        {% endif %}
    {% endif %}
{% endmacro %}
