{#- The space in which final clusters are compared: the components of both sides, each side with a
    total variance equal to its weight, so that the side with more features does not outvote the
    other. A store without external data stands in the middle of the external side. -#}
with

components_of_sides as (

    {{ gather_sides(
        ref('mrg_known_sides'),
        ref('ml_internal_components'), ref('ml_external_components')
    ) }}

),

final as (

    {{ place_stores(ref('mrg_known_sides'), 'components_of_sides', ref('mrg_axes')) }}

)

select * from final
