{#- The rows of a source's files as a select, with _file and _line (the line in a text file, counting
    the header; the row in a Parquet file). Text files are read as text: an id keeps its zeros. -#}
{% macro read_source(source) %}
    {% set files = [source.files] if source.files is string else source.files %}
    {% set paths = [] %}
    {% for file in files %}{% do paths.append(sql_text(expand_path(file))) %}{% endfor %}
    {% set first = files[0] | replace('.gz', '') %}
    {% if source.format == 'parquet' or (source.format is not defined and first.endswith('.parquet')) %}
    select
        *,
        file_row_number + 1 as _line
    from read_parquet(
        [{{ paths | join(', ') }}], union_by_name = true, filename = '_file', file_row_number = true
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
            [{{ paths | join(', ') }}], all_varchar = true, header = true, union_by_name = true,
            delim = {{ sql_text(source.delimiter or ',') }}, quote = '"', escape = '"',
            filename = '_file'
        )
    )
    {% endif %}
{% endmacro %}
