with

settled as (

    select * from {{ ref('mrg_settled') }}

),

ids as (

    select * from {{ ref('mrg_ids') }}

),

final as (

    select
        -- ids
        settled.category,
        settled.store_id,
        settled.merged_label,
        settled.settled_label as final_label,
        ids.final_cluster_id,

        -- why it is there
        settled.reason as move_reason,
        settled.note as small_reason
    from settled
    inner join ids
        on settled.category = ids.category and settled.settled_label = ids.final_label

)

select * from final
