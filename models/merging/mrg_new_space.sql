{#- Components that a store has on the external side although it has none on the internal one may be those
    it was fitted with. A store of no internal cluster is compared on the external side alone: nobody
    knows where it stands on the other, so that no distance there may make it look sure or unsure. -#}
with

labels as (

    select * from {{ ref('mrg_new_labels') }}

),

axes_of_space as (

    select * from {{ ref('mrg_axes') }}

),

external_components as (

    select
        category,
        store_id,
        component,
        value
    from {{ ref('ml_external_components') }}
    union all
    select
        category,
        store_id,
        component,
        value
    from {{ ref('ml_external_new_components') }}

),

components_of_sides as (

    {{ gather_sides('labels', ref('ml_internal_new_components'), 'external_components') }}

),

placed as (

    {{ place_stores('labels', 'components_of_sides', 'axes_of_space') }}

),

final as (

    select
        placed.category,
        placed.store_id,
        placed.dimension,
        placed.value
    from placed
    inner join labels
        on placed.category = labels.category and placed.store_id = labels.store_id
    inner join axes_of_space
        on
            placed.category = axes_of_space.category
            and placed.dimension = axes_of_space.dimension
    where labels.internal_cluster_id is not null or axes_of_space.side = 'external'

)

select * from final
