{% set feeds = setting('sources').feeds or {} %}

with

listed as (

    select * from {{ ref('stg_stores') }} where rejected_reason is null

),

in_list as (

    -- a refused row tells nothing of its store but that there is one
    select distinct store_id from {{ ref('stg_stores') }} where store_id is not null

),

selling as (

    select distinct store_id from {{ ref('pre_sales_texts') }} where store_id is not null

),

fed as (

    select
        {{ match_key('key_value') }} as match_key,
        min(key_value) as store_id
    from {{ ref('stg_feed_rows') }}
    where key_value is not null and feed in {{ sql_texts(feeds_by_store(feeds)) }}
    group by {{ match_key('key_value') }}

),

named as (

    select store_id from in_list
    union
    select store_id from selling

),

known as (

    select store_id from named
    union
    -- a feed may write a store in another way, and it is still the same store
    select store_id
    from fed
    where match_key not in (select {{ match_key('store_id') }} from named)

),

final as (

    select
        -- ids
        known.store_id,

        -- values
        listed.store_name,
        listed.latitude,
        listed.longitude,

        -- where it was seen
        in_list.store_id is not null as is_listed,
        selling.store_id is not null as is_in_sales,
        fed.match_key is not null as is_in_feeds
    from known
    left join listed on known.store_id = listed.store_id
    left join in_list on known.store_id = in_list.store_id
    left join selling on known.store_id = selling.store_id
    left join fed on {{ match_key('known.store_id') }} = fed.match_key

)

select * from final
