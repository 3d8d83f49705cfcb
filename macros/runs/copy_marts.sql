{#- The tables and snapshots of the schema marts, with their comments, as a database file of their own. -#}
{% macro copy_marts(path) %}
    {% do run_query('select publish_prepare(' ~ sql_text(path) ~ ')') %}
    {% do run_query('attach ' ~ sql_text(path) ~ ' as publication') %}
    {% do run_query('create schema publication.marts') %}
    {% for node in graph.nodes.values()
        if node.resource_type in ['model', 'snapshot'] and node.config.schema == 'marts' %}
        {% set copy = 'publication.marts.' ~ sql_name(node.name) %}
        {% do run_query('create table ' ~ copy ~ ' as select * from ' ~ node.relation_name ~ ' order by all') %}
        {% do run_query('comment on table ' ~ copy ~ ' is ' ~ sql_text(node.description)) %}
        {% for column in node.columns.values() %}
            {% do run_query(
                'comment on column ' ~ copy ~ '.' ~ sql_name(column.name) ~ ' is '
                ~ sql_text(column.description)
            ) %}
        {% endfor %}
    {% endfor %}
    {% do run_query('detach publication') %}
{% endmacro %}
