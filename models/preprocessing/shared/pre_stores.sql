{% set feeds = setting('sources').feeds or {} %}

with

listed as (

    select * from {{ ref('stg_stores') }} where rejected_reason is null

),

selling as (

    select distinct store_id from {{ ref('stg_sales') }} where store_id is not null

),

fed as (

    select distinct key_value as store_id
    from {{ ref('stg_feed_rows') }}
    where key_value is not null and feed in {{ sql_texts(feeds_by_store(feeds)) }}

),

known as (

    select store_id from listed
    union
    select store_id from selling
    union
    select store_id from fed

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
        listed.store_id is not null as is_listed,
        selling.store_id is not null as is_in_sales,
        fed.store_id is not null as is_in_feeds
    from known
    left join listed on known.store_id = listed.store_id
    left join selling on known.store_id = selling.store_id
    left join fed on known.store_id = fed.store_id

)

select * from final
