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
        {{ 'true' if feed.split_by else 'false' }} as is_split
    union all
    {% endfor %}
    {% endfor %}
    select
        cast(null as varchar) as feed,
        cast(null as varchar) as name,
        cast(null as varchar) as combine,
        cast(null as boolean) as is_split
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
    group by feed, name, value

),

candidates as (

    select
        feed,
        name,
        null as value,
        combine,
        null as store_count
    from named
    where not is_split
    union all
    select
        named.feed,
        named.name,
        splits.value,
        named.combine,
        splits.store_count
    from named
    inner join splits on named.feed = splits.feed
    where named.is_split
    union all
    select
        feed,
        name,
        value,
        null as combine,
        store_count
    from texts

),

ranked as (

    select
        *,
        row_number() over (partition by feed, name order by store_count desc, value) as place
    from candidates

),

final as (

    select
        -- ids
        feed,
        name,
        value,

        -- what it becomes
        case
            when value is null then name
            when combine is not null then name || ' ' || value
            else name || ' = ' || value
        end as feature,
        case
            when value is null then name
            when place <= {{ maximum }} and combine is not null then name || ' ' || value
            when place <= {{ maximum }} then name || ' = ' || value
            when combine is null then name || ' = other'
        end as counted_as,
        combine,
        combine is null as is_category,

        -- how frequent it is
        cast(store_count as bigint) as store_count,
        case
            when place > {{ maximum }} and combine is null then 'rare, counted as other'
            when place > {{ maximum }} then 'more values than the maximum'
        end as unused_reason
    from ranked

)

select * from final
