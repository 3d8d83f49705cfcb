{#- Final clusters are numbered in each category, the largest first; of equally large ones the first in
    the order of the labels, 2_1 before 10_1. -#}
with

settled as (

    select * from {{ ref('mrg_settled') }}

),

sizes as (

    select
        category,
        settled_label as final_label,
        count(*) as store_count
    from settled
    group by category, settled_label

),

numbers as (

    select
        category,
        final_label,
        row_number() over (
            partition by category
            order by
                store_count desc,
                length(split_part(final_label, '_', 1)),
                split_part(final_label, '_', 1),
                length(final_label),
                final_label
        ) as final_cluster_id
    from sizes

),

final as (

    select
        -- ids
        settled.category,
        settled.store_id,
        settled.merged_label,
        settled.settled_label as final_label,
        numbers.final_cluster_id,

        -- why it is there
        settled.reason as move_reason,
        settled.note as small_reason
    from settled
    inner join numbers
        on settled.category = numbers.category and settled.settled_label = numbers.final_label

)

select * from final
