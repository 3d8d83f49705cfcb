{% set overrides = setting('sources').overrides or {} %}
{% set columns = overrides.columns or {} %}

with

raw as (

    {{ read_source(overrides) }}

),

texts as (

    select
        _file as file,
        _line as line,
        _fault as line_fault,
        _raw as raw,
        {{ column_text(columns.store_id) }} as store_id,
        {{ column_text(columns.category) if columns.category else "'all'" }} as category,
        {{ column_text(columns.cluster) }} as cluster,
        {{ column_text(columns.author) }} as author,
        {{ column_text(columns.reason) }} as reason,
        {{ column_text(columns.until) }} as until_text
    from raw

),

typed as (

    select
        *,
        {{ to_date('until_text') }} as until
    from texts

),

checked as (

    select
        *,
        case
            when line_fault is not null then line_fault
            when store_id is null then 'store id is missing'
            when category is null then 'category is missing'
            when cluster is null then 'cluster is missing'
            when author is null then 'author is missing'
            when reason is null then 'reason is missing'
            when until is null and until_text is not null then 'date is not a date'
        end as fault
    from typed

),

numbered as (

    select
        *,
        row_number() over (
            partition by fault, store_id, category, cluster, until
            order by author, reason, file, line
        ) as copy_number
    from checked

),

final as (

    select
        -- ids
        file,
        line,
        store_id,
        category,

        -- values
        cluster,
        author,
        reason,
        until,

        -- what was refused, and why
        case
            when fault is not null then fault
            when copy_number > 1 then 'row is there twice'
        end as rejected_reason,
        raw
    from numbered

)

select * from final
