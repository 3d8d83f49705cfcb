with

final as (

    select
        -- ids
        file,
        cast(line as bigint) as line,
        category,
        store_id,

        -- what was asked for
        cluster,
        author,
        reason,
        until,

        -- what became of it
        status,
        explanation,
        cast(final_cluster_id as integer) as final_cluster_id,
        final_label
    from {{ ref('mrg_overrides') }}

)

select * from final
