{#- The rows of a source's files as a select, with _file and _line (the line in a text file, counting
    the header; the row in a Parquet file). Text files are read as text: an id keeps its zeros.
    Nothing is left to guessing: a line that begins with # is a row like any other. The plugin reads
    with the same options when it checks the sources. -#}
{% macro read_source(source) %}
    {% set paths = [] %}
    {% for file in ([source.files] if source.files is string else source.files) %}
        {% do paths.append(expand_path(file)) %}
    {% endfor %}
    {% set files = paths | map('replace', "'", "''") | join("', '") %}
    {% set is_parquet = (paths[0] or '').endswith('.parquet') %}
    {% if source.format == 'parquet' or (is_parquet and not source.format) %}
    select
        *,
        file_row_number + 1 as _line
    from read_parquet(
        ['{{ files }}'], union_by_name = true, filename = '_file', file_row_number = true
    )
    {% else %}
    select
        *,
        _row - min(_row) over (partition by _file) + 2 as _line
    from (
        select
            *,
            row_number() over () as _row
        from read_csv(
            ['{{ files }}'], all_varchar = true, header = true, union_by_name = true,
            delim = {{ sql_text(source.delimiter or ',') }}, quote = '"', escape = '"',
            comment = '', skip = 0, filename = '_file'
        )
    )
    {% endif %}
{% endmacro %}
