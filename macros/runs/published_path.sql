{#- warehouse/work/prod.duckdb is worked on, warehouse/prod.duckdb is published. -#}
{% macro published_path(working_path) %}
    {% set parts = working_path.split('/') %}
    {% if parts[-2:-1] != ['work'] %}
        {{ exceptions.raise_compiler_error(
            'The working file ' ~ working_path ~ ' is not in a folder called work: there is no '
            ~ 'other folder to publish to.'
        ) }}
    {% endif %}
    {{ return((parts[:-2] + parts[-1:]) | join('/')) }}
{% endmacro %}
