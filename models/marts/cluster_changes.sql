with

final as (

    select
        category,
        store_id,
        cast(previous_cluster_id as integer) as previous_cluster_id,
        previous_label,
        previous_name,
        cast(final_cluster_id as integer) as final_cluster_id,
        final_label,
        name,
        reason,
        move_reason,
        cast(changed_feature_count as bigint) as changed_feature_count,
        {{ sql_text(invocation_id) }} as run_id
    from {{ ref('mrg_changes') }}

)

select * from final
