with

final as (

    select
        category,
        dataset,
        cast(cluster_id as integer) as cluster_id,
        first_run_id,
        last_run_id,
        status
    from {{ ref('mrg_registry') }}

)

select * from final
