{#- The rows of a source as a select: its own columns, _file, and _fault where a line of a text file has
    too few or too many fields. With is_numbered also _record (1, 2, 3 in the file), which costs a
    text file its parallel reading, and _raw where the row cannot be found again by its number.
    An open quote takes in the lines below, which nobody would notice: a field with a line break is a fault
    unless the settings expect it.
    Text files are read as text: an id keeps its zeros. Every line survives: a short one is filled
    with nulls (an empty field is an empty text), what a long one has too many is in the columns
    _extra: eight, since the first of them may be empty. -#}
{% macro source_rows(source, is_numbered, file=none) %}
    {% set plan = source_plan(source) %}
    {% set extra = [] %}
    {% for number in range(1, 9) %}
        {% do extra.append('_extra_' ~ number) %}
    {% endfor %}
    {% if execute and not plan.readers and flags.WHICH != 'generate' %}
        {{ exceptions.raise_compiler_error(
            'There is nothing to read for ' ~ (source.relation or source.files) ~ '. Give the settings of '
            ~ 'your chain with --vars, or make the sample chain with make sample'
        ) }}
    {% endif %}
    {% for reader in plan.readers if not file or file in reader.files %}
    {% if plan.kind == 'csv' %}
        {% set names = [] %}
        {% for name in reader.columns %}
            {% do names.append(sql_name(name)) %}
        {% endfor %}
        {% set line = 'concat(' ~ names | join(', ') ~ ')' %}
        {% for files in ([[file]] if file else reader.files | batch(1) if is_numbered else [reader.files]) %}
    select
        *,
        {{ 'row_number() over () as _record,' if is_numbered }}
        case
            {% if not source.quoted_line_breaks %}
            when contains({{ line }}, chr(10)) or contains({{ line }}, chr(13)) then 'a quote is not closed'
            {% endif %}
            when {{ sql_name(reader.columns[-1]) }} is null then 'too few fields'
            when {{ extra | join(" <> '' or ") }} <> '' then 'too many fields'
        end as _fault
    from read_csv(
        {{ sql_list(files) }}, auto_detect = false, header = true, skip = {{ reader.skip }},
        delim = {{ sql_text(reader.delimiter) }}, quote = '"', escape = '"', comment = '',
        encoding = {{ sql_text(source.encoding or 'utf-8') }}, nullstr = chr(2),
        null_padding = true, strict_mode = false, parallel = {{ not source.quoted_line_breaks }},
        filename = '_file', hive_partitioning = false, columns = {
            {%- for name in reader.columns + extra %}{{ sql_text(name) }}: 'varchar'{{ ', ' if not loop.last }}{% endfor %}}
    )
            {{ 'union all by name' if not loop.last }}
        {% endfor %}
    {% elif plan.kind == 'parquet' %}
    select
        *,
        {{ 'file_row_number + 1 as _record,' if is_numbered }}
        cast(null as varchar) as _fault
    from read_parquet(
        {{ sql_list(reader.files) }}, union_by_name = true, filename = '_file',
        file_row_number = {{ is_numbered }}, hive_partitioning = false
    )
    {% elif plan.kind == 'excel' %}
    select
        {% for name in reader.columns %}
        sheet_row.cells[{{ loop.index }}] as {{ sql_name(name) }},
        {% endfor %}
        {{ sql_text(reader.files[0]) }} as _file,
        {% if is_numbered %}
        sheet_row.line as _record,
        {{ row_as_json(reader.columns) }} as _raw,
        {% endif %}
        cast(null as varchar) as _fault
    from (
        select unnest(excel_rows(
            {{ sql_text(reader.files[0]) }}, {{ sql_text(source.sheet or '') }}, {{ source.title_lines or 0 }}
        )) as sheet_row
    )
    {% else %}
    select
        *,
        {{ sql_text(reader.relation) }} as _file,
        {% if is_numbered %}
        row_number() over () as _record,
        {{ row_as_json(plan.columns) }} as _raw,
        {% endif %}
        cast(null as varchar) as _fault
    from {{ reader.relation }}
    {% endif %}
    {{ 'union all by name' if not loop.last }}
    {% endfor %}
{% endmacro %}
