with

feeds as (

    {{ list_feeds() }}

),

conflicts as (

    select * from {{ ref('pre_feed_attributes') }} where other_values is not null

),

final as (

    select
        -- ids
        conflicts.feed,
        conflicts.match_key as key_value,
        conflicts.attribute,

        -- values
        conflicts.value as used_value,
        conflicts.other_values,
        count(stores.store_id) as store_count
    from conflicts
    inner join feeds on conflicts.feed = feeds.feed
    left join {{ ref('pre_store_attributes') }} as stores
        on
            feeds.attribute = stores.attribute
            and conflicts.match_key = {{ match_key('stores.value') }}
    group by
        conflicts.feed, conflicts.match_key, conflicts.attribute, conflicts.value, conflicts.other_values

)

select * from final
