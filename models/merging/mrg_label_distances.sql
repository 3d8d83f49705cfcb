with

fitted_space as (

    select * from {{ ref('mrg_space') }} where is_fitted

),

final as (

    {{ measure_distances('fitted_space', ref('mrg_label_centroids'), 'dimension') }}

)

select * from final
