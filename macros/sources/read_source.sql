{#- The rows of a small source as a select: its own columns, _file, _line, _raw (the row as text) and
    _fault. A large one is read by source_rows, and only what is refused is looked up. Of a source that
    the settings do not name there are no rows. -#}
{% macro read_source(source) %}
    {% if source %}
    with

    source_file as (

        {{ source_rows(source, is_numbered=true) }}

    )

    {{ locate_rows('source_file', source) }}
    {% else %}
    select
        cast(null as varchar) as _file,
        cast(null as bigint) as _line,
        cast(null as varchar) as _fault,
        cast(null as varchar) as _raw
    where false
    {% endif %}
{% endmacro %}
