with

feeds as (

    {{ list_feeds() }}

),

attributes as (

    select * from {{ ref('pre_store_attributes') }}

),

matched as (

    select distinct
        feed,
        store_id
    from {{ ref('pre_feed_matches') }}

),

refused_keys as (

    select distinct
        feed,
        {{ match_key('key_value') }} as match_key
    from {{ ref('stg_feed_rows') }}
    where rejected_reason is not null and key_value is not null

),

final as (

    select
        -- ids
        feeds.feed,
        stores.store_id,

        -- what was looked for
        feeds.attribute,
        attributes.value,

        case
            when attributes.value is null then 'no value of the attribute'
            when refused_keys.match_key is not null then 'every row with this key was refused'
            else 'no row with this key'
        end as reason
    from feeds
    cross join {{ ref('pre_stores') }} as stores
    left join attributes
        on feeds.attribute = attributes.attribute and stores.store_id = attributes.store_id
    left join refused_keys
        on
            feeds.feed = refused_keys.feed
            and {{ match_key('attributes.value') }} = refused_keys.match_key
    left join matched on feeds.feed = matched.feed and stores.store_id = matched.store_id
    where matched.store_id is null

)

select * from final
