{% set feeds = setting('sources').feeds or {} %}

with

{% for name, feed in feeds.items() %}
raw_{{ loop.index }} as (

    {{ read_source(feed) }}

),
{% endfor %}

texts as (

    {% for name, feed in feeds.items() %}
    select
        {{ sql_text(name) }} as feed,
        _file as file,
        _line as line,
        _fault as line_fault,
        _raw as raw,
        {{ column_text(feed.key) }} as key_value,
        {{ 'true' if feed.split_by else 'false' }} as is_split,
        {{ column_text(feed.split_by) }} as split_value,
        {{ text_map(feature_columns(feed.features)) }} as features,
        {{ text_map(feed.categories or {}) }} as categories,
        {{ text_map(feed.attributes or {}) }} as attributes
    from raw_{{ loop.index }}
    {{ 'union all' if not loop.last }}
    {% else %}
    select
        cast(null as varchar) as feed,
        cast(null as varchar) as file,
        cast(null as bigint) as line,
        cast(null as varchar) as line_fault,
        cast(null as varchar) as raw,
        cast(null as varchar) as key_value,
        cast(null as boolean) as is_split,
        cast(null as varchar) as split_value,
        {{ text_map({}) }} as features,
        {{ text_map({}) }} as categories,
        {{ text_map({}) }} as attributes
    where false
    {% endfor %}

),

checked as (

    select
        *,
        map_from_entries(list_filter(
            map_entries(features),
            lambda cell: cell.value is not null and {{ to_number('cell.value') }} is null
        )) as not_numbers
    from texts

),

final as (

    select
        -- ids
        feed,
        file,
        line,
        key_value,
        split_value,

        -- values
        features,
        categories,
        attributes,

        -- what was refused, and why
        case
            when line_fault is not null then line_fault
            when key_value is null then 'key is missing'
            when is_split and split_value is null then 'the value to split by is missing'
            when cardinality(not_numbers) > 0 then 'a feature is not a number'
        end as rejected_reason,
        case
            when line_fault is null and cardinality(not_numbers) > 0 then cast(not_numbers as varchar)
        end as detail,
        raw
    from checked

)

select * from final
