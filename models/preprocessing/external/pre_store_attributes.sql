{#- A feed may bring attributes (a postal code's county) that a later feed is matched by, hence
    one step per such feed, in the order of the settings. -#}
{% set feeds = setting('sources').feeds or {} %}
{% set steps = namespace(last='listed') %}

with

stores as (

    select * from {{ ref('pre_stores') }}

),

feed_attributes as (

    select * from {{ ref('pre_feed_attributes') }}

),

of_store_list as (

    select
        store_id,
        unnest(map_entries(attributes)) as entry
    from {{ ref('stg_stores') }}
    where rejected_reason is null

),

listed as (

    select
        store_id,
        'store_id' as attribute,
        store_id as value
    from stores
    union all
    select
        store_id,
        entry.key as attribute,
        entry.value as value
    from of_store_list
    where entry.value is not null

),

{% for name, feed in feeds.items() if feed.attributes %}
with_feed_{{ loop.index }} as (

    select * from {{ steps.last }}
    union all
    select
        matched.store_id,
        feed_attributes.attribute,
        feed_attributes.value
    from {{ steps.last }} as matched
    inner join feed_attributes
        on {{ match_key('matched.value') }} = feed_attributes.match_key
    where
        matched.attribute = {{ sql_text(feed.matches) }}
        and feed_attributes.feed = {{ sql_text(name) }}

),
{% set steps.last = 'with_feed_' ~ loop.index %}
{% endfor %}

final as (

    select
        store_id,
        attribute,
        value
    from {{ steps.last }}

)

select * from final
