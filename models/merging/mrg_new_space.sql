{#- Components that a store has on the external side although it has none on the internal one may be those
    it was fitted with. -#}
with

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

    {{ gather_sides(
        ref('mrg_new_labels'), ref('ml_internal_new_components'), 'external_components'
    ) }}

),

final as (

    {{ place_stores(ref('mrg_new_labels'), 'components_of_sides', ref('mrg_axes')) }}

)

select * from final
