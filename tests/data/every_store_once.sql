-- In every category every store has a cluster or a reason why not, and not both.
with

categories as (

    select distinct category from {{ ref('data_coverage') }} where category is not null

),

accounted as (

    select
        category,
        store_id
    from {{ ref('store_clusters') }}
    union all
    select
        category,
        store_id
    from {{ ref('stores_without_cluster') }}

)

select
    categories.category,
    stores.store_id,
    count(accounted.store_id) as times
from categories
cross join {{ ref('stores') }} as stores
left join accounted
    on categories.category = accounted.category and stores.store_id = accounted.store_id
group by categories.category, stores.store_id
having count(accounted.store_id) <> 1
