{#- Where every store ends: from where small clusters were dissolved the constraints may move it on, and
    what a person decided goes last. -#}
with

settled as (

    select * from {{ ref('mrg_settled') }}

),

constrained as (

    select * from {{ ref('mrg_constrained') }}

),

ids as (

    select * from {{ ref('mrg_ids') }}

),

splits as (

    select * from {{ ref('mrg_splits') }}

),

overrides as (

    select * from {{ ref('mrg_decided') }}

),

placed as (

    select
        settled.category,
        settled.store_id,
        settled.merged_label,
        constrained.divided_label,
        coalesce(overrides.final_label, constrained.constrained_label) as final_label,
        case
            when overrides.store_id is not null then 'override' else constrained.constraint_kind
        end as constraint_kind,
        settled.reason as settled_reason,
        constrained.reason as constrained_reason,
        case when overrides.final_label <> constrained.constrained_label then overrides.reason end
            as override_reason,
        settled.note,
        -- to be divided is no move
        settled.merged_label || coalesce('/' || splits.after_value, '') as home_label
    from settled
    inner join constrained
        on settled.category = constrained.category and settled.store_id = constrained.store_id
    inner join splits on settled.store_id = splits.store_id
    left join overrides
        on settled.category = overrides.category and settled.store_id = overrides.store_id

),

final as (

    select
        -- ids
        placed.category,
        placed.store_id,
        placed.merged_label,
        placed.divided_label,
        placed.final_label,
        ids.final_cluster_id,

        -- why it is there
        placed.constraint_kind,
        placed.final_label <> placed.home_label as is_moved,
        case
            when placed.final_label <> placed.home_label
                then
                    concat_ws(
                        '; ', placed.settled_reason, placed.constrained_reason, placed.override_reason
                    )
        end as move_reason,

        -- why the cluster it settled in is small, and why it is not there any more
        placed.note,
        case
            when placed.final_label <> placed.divided_label
                then coalesce(placed.override_reason, placed.constrained_reason)
        end as leave_reason
    from placed
    inner join ids
        on placed.category = ids.category and placed.final_label = ids.final_label

)

select * from final
