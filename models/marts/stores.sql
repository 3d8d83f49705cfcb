with

final as (

    select
        stores.store_id,
        coalesce(stores.store_name, stores.store_id) as store_name,
        stores.latitude,
        stores.longitude,
        statuses.status,
        statuses.status_text,
        stores.is_listed,
        stores.is_in_sales,
        stores.is_in_feeds
    from {{ ref('pre_stores') }} as stores
    inner join {{ ref('pre_store_statuses') }} as statuses on stores.store_id = statuses.store_id

)

select * from final
