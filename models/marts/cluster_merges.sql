with

final as (

    select
        -- ids
        category,
        cast(step as integer) as step,
        from_label,
        to_label,

        -- how
        mode,
        cast(from_store_count as integer) as from_store_count,
        cast(to_store_count as integer) as to_store_count,
        cast(moved_store_count as integer) as moved_store_count,
        cast(distance as double) as distance
    from {{ ref('mrg_merges') }}

)

select * from final
