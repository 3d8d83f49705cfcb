with

final as (

    select
        category,
        store_id,
        from_label,
        to_label,
        cast(from_distance as double) as from_distance,
        cast(to_distance as double) as to_distance,
        reason
    from {{ ref('mrg_moves') }}

)

select * from final
