{#- Final clusters are numbered in each category, the largest first; of equally large ones the first in
    the order of the labels, 2_1 before 10_1. -#}
with

sizes as (

    select
        category,
        constrained_label as final_label,
        count(*) as store_count
    from {{ ref('mrg_constrained') }}
    group by category, constrained_label

),

final as (

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

)

select * from final
