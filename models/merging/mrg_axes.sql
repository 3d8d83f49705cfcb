with

fitted_stores as (

    select * from {{ ref('mrg_known_sides') }} where is_fitted

),

components_of_sides as (

    {{ gather_sides(
        'fitted_stores',
        ref('ml_internal_components'), ref('ml_external_components')
    ) }}

),

final as (

    {{ measure_axes('components_of_sides') }}

)

select * from final
