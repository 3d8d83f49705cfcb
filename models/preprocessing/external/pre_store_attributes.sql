{#- A feed may bring attributes (a postal code's county) that a later feed is matched by, hence
    one step per such feed, in the order of the settings. -#}
{% set feeds = setting('sources').feeds or {} %}
{% set steps = namespace(last='listed') %}

with

stores as (

    select * from {{ ref('pre_stores') }}

),

feed_rows as (

    select * from {{ ref('stg_feed_rows') }} where rejected_reason is null

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
entries_{{ loop.index }} as (

    select
        {{ match_key('key_value') }} as match_key,
        unnest(map_entries(attributes)) as entry
    from feed_rows
    where feed = {{ sql_text(name) }}

),

with_feed_{{ loop.index }} as (

    select * from {{ steps.last }}
    union all
    select
        matched.store_id,
        entries.entry.key as attribute,
        min(entries.entry.value) as value
    from {{ steps.last }} as matched
    inner join entries_{{ loop.index }} as entries
        on {{ match_key('matched.value') }} = entries.match_key
    where matched.attribute = {{ sql_text(feed.matches) }} and entries.entry.value is not null
    group by matched.store_id, entries.entry.key

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
