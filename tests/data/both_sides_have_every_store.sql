-- Both preprocessing jobs saw the stores of the last of them: neither side is of older files.
with

stores as (

    select store_id from {{ ref('pre_stores') }}

),

seen as (

    select distinct
        'internal' as dataset,
        store_id
    from {{ ref('pre_category_stores') }}
    union all
    select distinct
        'external' as dataset,
        store_id
    from {{ ref('pre_store_attributes') }}

),

expected as (

    select
        sides.dataset,
        stores.store_id
    from stores
    cross join (select distinct dataset from seen) as sides

)

(select * from expected except select * from seen)
union all
(select * from seen except select * from expected)
