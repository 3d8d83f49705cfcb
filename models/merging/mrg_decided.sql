{#- Several overrides that are applied to a store agree. -#}
with

overrides as (

    select * from {{ ref('mrg_overrides') }} where status = 'applied'

),

final as (

    select
        category,
        store_id,
        min(final_label) as final_label,
        min(final_cluster_id) as final_cluster_id,
        string_agg('override by ' || author || ': ' || reason, '; ' order by author, reason) as reason
    from overrides
    group by category, store_id

)

select * from final
