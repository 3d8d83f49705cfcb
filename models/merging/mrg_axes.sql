with

components_of_sides as (

    {{ gather_sides(
        ref('mrg_sides'),
        ref('ml_internal_components'), ref('ml_external_components')
    ) }}

),

final as (

    {{ measure_axes('components_of_sides') }}

)

select * from final
