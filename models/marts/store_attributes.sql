with

final as (

    select
        store_id,
        attribute,
        value
    from {{ ref('pre_store_attributes') }}
    -- the id is on every table
    where attribute <> 'store_id'

)

select * from final
