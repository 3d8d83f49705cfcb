{#- A store meets every row of a feed whose key equals its attribute. -#}
{% set feeds = setting('sources').feeds or {} %}

with

attributes as (

    select * from {{ ref('pre_store_attributes') }}

),

feed_rows as (

    select * from {{ ref('stg_feed_rows') }} where rejected_reason is null

),

statuses as (

    select * from {{ ref('pre_store_statuses') }}

),

feeds as (

    {% for name, feed in feeds.items() %}
    select
        {{ sql_text(name) }} as feed,
        {{ sql_text(feed.matches) }} as attribute
    {{ 'union all' if not loop.last }}
    {% else %}
    select
        cast(null as varchar) as feed,
        cast(null as varchar) as attribute
    where false
    {% endfor %}

),

final as (

    select
        feeds.feed,
        attributes.store_id,
        feed_rows.file,
        feed_rows.line,
        feed_rows.split_value,
        feed_rows.features,
        feed_rows.categories,
        statuses.excluded_reason is not null as is_excluded
    from feeds
    inner join attributes on feeds.attribute = attributes.attribute
    inner join feed_rows
        on
            feeds.feed = feed_rows.feed
            and {{ match_key('attributes.value') }} = {{ match_key('feed_rows.key_value') }}
    left join statuses on attributes.store_id = statuses.store_id

)

select * from final
