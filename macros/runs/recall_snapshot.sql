{#- A snapshot as it was published, in the place of the one that the working file has: what a build wrote
    that was not published is forgotten, and nothing is lost with the working file. -#}
{% macro recall_snapshot(snapshot, is_known) %}
    {% set relation = api.Relation.create(
        database=snapshot.database, schema=snapshot.schema, identifier=snapshot.alias, type='table'
    ) %}
    {% do run_query('create schema if not exists ' ~ sql_name(snapshot.schema)) %}
    {% if load_relation(relation) %}
        {% do adapter.drop_relation(relation) %}
    {% endif %}
    {% if is_known %}
        {% do run_query('create table ' ~ relation ~ ' as select * from previous.marts.' ~ sql_name(snapshot.name)) %}
        {% do adapter.cache_added(relation) %}
    {% endif %}
{% endmacro %}
