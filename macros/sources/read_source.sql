{#- The rows of a small source as a select: its own columns, _file, _line, _raw (the row as text) and
    _fault. A large one is read by source_rows, and only what is refused is looked up. -#}
{% macro read_source(source) %}
    with

    source_file as (

        {{ source_rows(source, is_numbered=true) }}

    )

    {{ locate_rows('source_file', source) }}
{% endmacro %}
