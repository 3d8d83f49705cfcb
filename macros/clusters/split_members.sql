{#- The fitted stores, each with the cluster that the algorithm gave it; noise with the nearest. -#}
{% macro split_members(fits_relation, ids_relation) %}
with

fits as (

    select * from {{ fits_relation }}

),

ids as (

    select * from {{ ids_relation }}

),

final as (

    select
        fits.category,
        fits.store_id,
        ids.cluster_id,
        fits.parameter = 'noise' as is_noise
    from fits
    inner join ids
        on fits.category = ids.category and fits.cluster_id = ids.cluster_number
    where fits.parameter in ('member', 'noise')

)

select * from final
{% endmacro %}
