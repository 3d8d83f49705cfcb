{#- Whether a model that is built already has a row (that meets a condition): for a model that would read
    large files only to find nothing. True as long as it is not known. -#}
{% macro has_rows(relation, condition='true') %}
    {% if not execute or not relation.schema or load_relation(relation) is none %}
        {{ return(true) }}
    {% endif %}
    {{ return(run_query('select exists(select 1 from ' ~ relation ~ ' where ' ~ condition ~ ')').rows[0][0]) }}
{% endmacro %}
