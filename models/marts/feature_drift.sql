with

final as (

    select
        category,
        dataset,
        feature,
        cast(previous_store_count as integer) as previous_store_count,
        cast(store_count as integer) as store_count,
        cast(stability_index as double) as stability_index,
        level,
        {{ sql_text(invocation_id) }} as run_id
    from {{ ref('mrg_drift') }}

)

select * from final
