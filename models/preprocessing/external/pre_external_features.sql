{#- A number is one feature. A feed that is split makes one of each value it is split by, a category
    one of each text: the most frequent over the matched stores, as many as the settings allow. -#}
{% set feeds = setting('sources').feeds or {} %}
{% set maximum = setting('external.encode.maximum_categories') %}

with

named as (

    {% for name, feed in feeds.items() %}
    {% for feature, column in (feed.features or {}).items() %}
    select
        {{ sql_text(name) }} as feed,
        {{ sql_text(feature) }} as name,
        {{ sql_text((column.combine if column is mapping) or feed.combine) }} as combine,
        {{ "'number'" if not feed.split_by else "'split'" }} as kind
    union all
    {% endfor %}
    {% for category in feed.categories or {} %}
    select
        {{ sql_text(name) }} as feed,
        {{ sql_text(category) }} as name,
        null as combine,
        'category' as kind
    union all
    {% endfor %}
    {% endfor %}
    select
        cast(null as varchar) as feed,
        cast(null as varchar) as name,
        cast(null as varchar) as combine,
        cast(null as varchar) as kind
    where false

),

splits as (

    select
        feed,
        split_value as value,
        count(distinct store_id) as store_count
    from {{ ref('pre_feed_matches') }}
    where split_value is not null and not is_excluded
    group by feed, split_value

),

texts as (

    select
        feed,
        name,
        value,
        count(*) as store_count
    from {{ ref('pre_external_categories') }}
    where not is_excluded
    group by feed, name, value

),

-- a split or a category that no matched store has a value of stays, as one feature without any
candidates as (

    select
        named.*,
        splits.value,
        splits.store_count
    from named
    left join splits on named.feed = splits.feed and named.kind = 'split'
    where named.kind <> 'category'
    union all
    select
        named.*,
        texts.value,
        texts.store_count
    from named
    left join texts on named.feed = texts.feed and named.name = texts.name
    where named.kind = 'category'

),

described as (

    select
        *,
        kind <> 'number' and value is null as is_without_value,
        row_number() over (partition by feed, name order by store_count desc, value) > {{ maximum }}
            as is_rare,
        case kind
            when 'split' then coalesce(name || ' ' || value, name)
            when 'category' then coalesce(name || ' = ' || value, name)
            else name
        end as feature
    from candidates

),

final as (

    select
        -- ids
        feed,
        name,
        value,

        -- what it becomes
        feature,
        case
            when is_without_value then null
            when not is_rare then feature
            when kind = 'category' then name || ' = other'
        end as counted_as,
        combine,
        kind = 'category' as is_category,

        -- how frequent it is
        cast(store_count as bigint) as store_count,
        case
            when is_without_value then 'no value in any store'
            -- a rare text that is called other is the feature that the rare ones are counted as
            when is_rare and feature = name || ' = other' then null
            when is_rare and kind = 'category' then 'rare, counted as other'
            when is_rare then 'more values than the maximum'
        end as unused_reason
    from described

)

select * from final
