{#- Why a cluster may be small: it was so when small clusters were dissolved, it is a part of one that
    was divided, or its stores were moved out. -#}
with

members as (

    select * from {{ ref('mrg_members') }}

),

constrained as (

    select * from {{ ref('mrg_constrained') }}

),

parts as (

    select
        category,
        settled_label,
        count(distinct divided_label) as part_count
    from constrained
    group by category, settled_label

),

homes as (

    select
        members.category,
        members.divided_label as final_label,
        max(members.note) as note,
        max(parts.part_count) as part_count,
        string_agg(distinct members.leave_reason, '; ' order by members.leave_reason) as leave_reasons
    from members
    inner join constrained
        on members.category = constrained.category and members.store_id = constrained.store_id
    inner join parts
        on
            constrained.category = parts.category
            and constrained.settled_label = parts.settled_label
    group by members.category, members.divided_label

),

final as (

    select
        category,
        final_label,
        nullif(
            concat_ws(
                '; ',
                note,
                case when part_count > 1 then 'a part of a cluster that merging.split_after divides' end,
                'stores were moved out: ' || leave_reasons
            ),
            ''
        ) as small_reason
    from homes

)

select * from final
