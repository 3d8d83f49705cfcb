{% set feeds = setting('sources').feeds or {} %}

with

matches as (

    select * from {{ ref('pre_feed_matches') }}

),

features as (

    {% for name, feed in feeds.items() if feed.features %}
    {% set outer = loop %}
    {% for feature in feed.features %}
    select
        {{ sql_text(name) }} as feed,
        {{ sql_text(feed.combine) }} as combine,
        {{ sql_text(feature) }} as feature
    {{ 'union all' if not (loop.last and outer.last) }}
    {% endfor %}
    {% else %}
    select
        cast(null as varchar) as feed,
        cast(null as varchar) as combine,
        cast(null as varchar) as feature
    where false
    {% endfor %}

),

entries as (

    select
        feed,
        store_id,
        unnest(map_entries(features)) as entry
    from matches

),

numbers as (

    select
        feed,
        store_id,
        entry.key as feature,
        {{ to_number('entry.value') }} as value
    from entries

),

combined as (

    select
        numbers.store_id,
        features.feature,
        case features.combine
            when 'mean' then {{ ordered_mean('numbers.value') }}
            when 'sum' then {{ ordered_sum('numbers.value') }}
            when 'minimum' then min(numbers.value)
            when 'maximum' then max(numbers.value)
            when 'median' then {{ percentile('numbers.value', 0.5) }}
        end as value
    from numbers
    inner join features on numbers.feed = features.feed and numbers.feature = features.feature
    group by numbers.store_id, features.feature, features.combine

),

-- a store without a single value has no external data: nothing is made up for it
described as (

    select distinct store_id from combined where value is not null

),

final as (

    select
        'all' as category,
        described.store_id,
        features.feature,
        combined.value,
        true as is_transformed
    from described
    cross join features
    left join combined
        on described.store_id = combined.store_id and features.feature = combined.feature

)

select * from final
