{#- The fitted stores, each with the cluster that the algorithm gave it; noise with the nearest. -#}
{% macro split_members(fits_relation) %}
with

fits as (

    select * from {{ fits_relation }}

),

final as (

    select
        category,
        store_id,
        cluster_id,
        parameter = 'noise' as is_noise
    from fits
    where parameter in ('member', 'noise')

)

select * from final
{% endmacro %}
