{#- A side with weight 0, or without data in the whole chain, has the number 0 in the label. A store
    without external data in a chain that has some joins the largest label of its internal
    cluster. -#}
{% set merging = setting('merging') %}
with

internal as (

    select * from {{ ref('ml_internal_clusters') }}

),

external as (

    select * from {{ ref('ml_external_clusters') }}

),

sides as (

    select
        internal.category,
        internal.store_id,
        internal.cluster_id as internal_cluster_id,
        external.cluster_id as external_cluster_id,
        internal.is_noise or coalesce(external.is_noise, false) as is_noise,
        case
            when external.cluster_id is null then 'internal_only'
            when 'nearest' in (internal.assignment_basis, external.assignment_basis) then 'nearest'
            else 'model'
        end as assignment_basis,
        {{ 'internal.cluster_id' if merging.internal_weight > 0 else '0' }} as internal_part,
        {{ 'external.cluster_id' if merging.external_weight > 0 else '0' }} as external_part
    from internal
    left join external on internal.store_id = external.store_id

),

cells as (

    select
        category,
        internal_part,
        external_part,
        row_number() over (
            partition by category, internal_part order by count(*) desc, external_part
        ) as size_rank
    from sides
    where external_part is not null
    group by category, internal_part, external_part

),

final as (

    select
        -- ids
        sides.category,
        sides.store_id,
        sides.internal_cluster_id,
        sides.external_cluster_id,

        -- how it got there
        sides.assignment_basis,
        sides.is_noise,

        -- the label
        cast(sides.internal_part as varchar) || '_'
        || cast(coalesce(sides.external_part, cells.external_part, 0) as varchar) as merged_label
    from sides
    left join cells
        on
            sides.category = cells.category
            and sides.internal_part = cells.internal_part
            and cells.size_rank = 1

)

select * from final
