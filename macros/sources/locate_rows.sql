{#- Numbered rows with _line and _raw, where and how they stand in the source: the line and the text
    of a text file, else the number of the row and the row as JSON. -#}
{% macro locate_rows(relation, source) %}
    {% set plan = source_plan(source) %}
    {% if plan.kind == 'csv' %}
    select
        located.*,
        spots.spot.line as _line,
        spots.spot.text as _raw
    from {{ relation }} as located
    inner join (
        -- a file is read once for each two million of its records, so that the texts fit in memory
        select
            _file,
            unnest(list(_record order by _record)) as _record,
            unnest(source_lines(
                _file,
                {% for key in ['skip', 'delimiter'] %}
                case
                    {% for reader in plan.readers %}
                    when _file in {{ sql_texts(reader.files) }}
                        then {{ reader.skip if key == 'skip' else sql_text(reader.delimiter) }}
                    {% endfor %}
                end,
                {% endfor %}
                {{ sql_text(source.encoding or 'utf-8') }},
                list(_record order by _record)
            )) as spot
        from (select distinct _file, _record from {{ relation }})
        group by _file, _record // 2000000
    ) as spots
        on located._file = spots._file and located._record = spots._record
    {% elif plan.kind == 'parquet' %}
    select
        located.*,
        located._record as _line,
        {{ row_as_json(plan.columns, 'again') }} as _raw
    from {{ relation }} as located
    inner join ({{ source_rows(source, is_numbered=true) }}) as again
        on located._file = again._file and located._record = again._record
    {% else %}
    select
        *,
        _record as _line
    from {{ relation }}
    {% endif %}
{% endmacro %}
