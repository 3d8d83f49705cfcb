{% set stores = setting('sources').stores or {} %}
{% set columns = stores.columns or {} %}
{% set statuses = stores.statuses %}

with

raw as (

    {{ read_source(stores) }}

),

texts as (

    select
        _file as file,
        _line as line,
        _fault as line_fault,
        _raw as raw,
        {{ column_text(columns.store_id) }} as store_id,
        {{ column_text(columns.store_name) }} as store_name,
        {{ column_text(columns.latitude) }} as latitude_text,
        {{ column_text(columns.longitude) }} as longitude_text,
        {{ column_text(columns.status) }} as status_text,
        {{ text_map(stores.attributes or {}) }} as attributes
    from raw

),

checked as (

    select
        *,
        case
            when line_fault is not null then line_fault
            when store_id is null then 'store id is missing'
        end as fault
    from texts

),

numbered as (

    select
        *,
        row_number() over (
            partition by fault, store_id
            order by
                store_name, latitude_text, longitude_text, status_text, cast(attributes as varchar),
                file, line
        ) as copy_number
    from checked

),

final as (

    select
        -- ids
        file,
        line,
        store_id,

        -- values
        store_name,
        {{ to_number('latitude_text') }} as latitude,
        {{ to_number('longitude_text') }} as longitude,
        status_text,
        {{ status_of('status_text', statuses) if statuses else 'cast(null as varchar)' }} as status,
        attributes,

        -- what was refused, and why
        case
            when fault is not null then fault
            when copy_number > 1 then 'store is there twice'
        end as rejected_reason,
        raw
    from numbered

)

select * from final
