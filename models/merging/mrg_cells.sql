{#- A store that one side knows nothing of joins the largest label of its cluster on the other side. -#}
{% set merging = setting('merging') %}
with

labels as (

    select * from {{ ref('mrg_labels') }} where external_cluster_id is not null

),

cells as (

    select
        category,
        {{ 'coalesce(internal_cluster_id, 0)' if merging.internal_weight > 0 else '0' }} as internal_part,
        {{ 'external_cluster_id' if merging.external_weight > 0 else '0' }} as external_part,
        count(*) as store_count
    from labels
    group by category, internal_part, external_part

),

final as (

    select
        category,
        internal_part,
        external_part,
        store_count,
        row_number() over (
            partition by category, internal_part order by store_count desc, external_part
        ) = 1 as is_largest_of_internal,
        row_number() over (
            partition by category, external_part order by store_count desc, internal_part
        ) = 1 as is_largest_of_external
    from cells

)

select * from final
