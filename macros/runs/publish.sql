{#- Copy the marts into a new file and put it in the place of the published one, in one atomic step:
    only after a build in which every model, seed and test of the project ran and none failed. -#}
{% macro publish(results) %}
    {% if execute and flags.WHICH in ['build', 'retry'] %}
        {% set failed = failed_results(results) %}
        {% set missing = nodes_not_in(results) %}
        {% set published = published_path(target.path) %}
        {% if failed %}
            {% do explain_failure(results) %}
        {% elif missing %}
            {% do print(
                'Not published: this was a part of the pipeline (' ~ missing | length
                ~ ' nodes did not run), and only a full build is published.'
            ) %}
        {% else %}
            {% do refuse_other_stores(published) %}
            {% do copy_marts(published ~ '.next') %}
            {% do run_query(
                'select publish_swap(' ~ sql_text(published ~ '.next') ~ ', '
                ~ sql_text(published) ~ ')'
            ) %}
            {% do summarise(published) %}
        {% endif %}
    {% endif %}
{% endmacro %}
