{#- What was published last, in the schema history of the working file: the tables and columns that the
    source history names, empty where the published file has none. The published file is open for
    reading while they are copied, and for no longer. A command that builds nothing only makes what is
    missing, so that it sees the history of what it looks at. -#}
{% macro recall() %}
    {% if execute %}
        {% set builds = flags.WHICH in ['build', 'run', 'retry', 'snapshot'] %}
        {% set published = published_path(target.path) %}
        {% set is_published = run_query('select is_file(' ~ sql_text(published) ~ ')').rows[0][0] %}
        {% do run_query('detach database if exists previous') %}
        {% if is_published %}
            {% do run_query('attach ' ~ sql_text(published) ~ ' as previous (read_only)') %}
            {% if builds %}
                {% do refuse_another_chain(published) %}
            {% endif %}
        {% endif %}
        {% do run_query('create schema if not exists history') %}
        {% for table in graph.sources.values() if table.source_name == 'history' %}
            {% set known = recalled_columns(table.name) if is_published else [] %}
            {% do run_query(
                ('create or replace table ' if builds else 'create table if not exists ')
                ~ 'history.' ~ sql_name(table.name) ~ ' as ' ~ recall_table(table, known)
            ) %}
        {% endfor %}
        {% if builds %}
            {% for snapshot in graph.nodes.values() if snapshot.resource_type == 'snapshot' %}
                {% do recall_snapshot(snapshot, is_published and recalled_columns(snapshot.name)) %}
            {% endfor %}
        {% endif %}
        {% if is_published %}
            {% do run_query('detach previous') %}
        {% endif %}
    {% endif %}
{% endmacro %}
