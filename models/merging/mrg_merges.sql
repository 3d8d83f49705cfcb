{#- The steps in which clusters were dissolved, from what the stores of each say. -#}
with

settled as (

    select * from {{ ref('mrg_settled') }} where merge_step is not null

),

final as (

    select distinct
        -- ids
        category,
        merge_step as step,
        merged_label as from_label,
        merged_into as to_label,

        -- how
        merge_mode as mode,
        from_store_count,
        to_store_count,
        moved_store_count,
        merge_distance as distance
    from settled

)

select * from final
