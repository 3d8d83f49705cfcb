{% set overrides = setting('sources').overrides %}

with

{% if overrides %}
raw as (

    {{ read_source(overrides) }}

),

texts as (

    select
        _file as file,
        _line as line,
        _fault as line_fault,
        _raw as raw,
        {{ column_text(overrides.columns.store_id) }} as store_id,
        {{ column_text(overrides.columns.category) if overrides.columns.category else "'all'" }} as category,
        {{ column_text(overrides.columns.cluster) }} as cluster,
        {{ column_text(overrides.columns.author) }} as author,
        {{ column_text(overrides.columns.reason) }} as reason,
        {{ column_text(overrides.columns.until) }} as until_text
    from raw

),
{% else %}
texts as (

    select
        cast(null as varchar) as file,
        cast(null as bigint) as line,
        cast(null as varchar) as line_fault,
        cast(null as varchar) as raw,
        cast(null as varchar) as store_id,
        cast(null as varchar) as category,
        cast(null as varchar) as cluster,
        cast(null as varchar) as author,
        cast(null as varchar) as reason,
        cast(null as varchar) as until_text
    where false

),
{% endif %}

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
