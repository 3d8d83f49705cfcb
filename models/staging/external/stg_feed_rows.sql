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
        {{ column_text(feed.key) }} as key_value,
        {{ text_map(feed.features or {}) }} as features,
        {{ text_map(feed.attributes or {}) }} as attributes
    from raw_{{ loop.index }}
    {{ 'union all' if not loop.last }}
    {% else %}
    select
        cast(null as varchar) as feed,
        cast(null as varchar) as file,
        cast(null as bigint) as line,
        cast(null as varchar) as key_value,
        {{ text_map({}) }} as features,
        {{ text_map({}) }} as attributes
    where false
    {% endfor %}

),

final as (

    select
        -- ids
        feed,
        file,
        line,
        key_value,

        -- values
        features,
        attributes,

        -- what was refused, and why
        case
            when key_value is null then 'key is missing'
            when exists (
                select 1
                from unnest(map_values(features)) as cells(cell)
                where cell is not null and {{ to_number('cell') }} is null
            ) then 'a feature is not a number'
        end as rejected_reason,
        cast(json_object(
            'key', key_value, 'features', features, 'attributes', attributes
        ) as varchar) as raw
    from texts

)

select * from final
