{#- Where the middle of every cluster is, and how many fitted stores it has. -#}
{% macro split_centroids(fits_relation, ids_relation) %}
with

fits as (

    select * from {{ fits_relation }}

),

ids as (

    select * from {{ ids_relation }}

),

sizes as (

    select
        category,
        cluster_id,
        value as fitted_store_count
    from fits
    where parameter = 'fitted_store_count'

),

final as (

    select
        fits.category,
        ids.cluster_id,
        fits.component,
        fits.value,
        cast(sizes.fitted_store_count as bigint) as fitted_store_count
    from fits
    inner join ids
        on fits.category = ids.category and fits.cluster_id = ids.cluster_number
    inner join sizes
        on fits.category = sizes.category and fits.cluster_id = sizes.cluster_id
    where fits.parameter = 'centroid'

)

select * from final
{% endmacro %}
