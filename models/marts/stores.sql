with

final as (

    select
        store_id,
        coalesce(store_name, store_id) as store_name,
        latitude,
        longitude,
        is_listed,
        is_in_sales,
        is_in_feeds
    from {{ ref('pre_stores') }}

)

select * from final
