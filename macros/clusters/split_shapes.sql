{#- What the distance to a cluster with a shape of its own is made of: a difference is multiplied with
    a matrix of factors, and the squared offset of the cluster is added to its square. -#}
{% macro split_shapes(fits_relation, ids_relation) %}
with

fits as (

    select * from {{ fits_relation }}

),

ids as (

    select * from {{ ids_relation }}

),

offsets as (

    select
        category,
        cluster_id,
        value as squared_offset
    from fits
    where parameter = 'offset'

),

final as (

    select
        fits.category,
        ids.cluster_id,
        fits.component,
        fits.other_component,
        fits.value as factor,
        offsets.squared_offset
    from fits
    inner join ids
        on fits.category = ids.category and fits.cluster_id = ids.cluster_number
    inner join offsets
        on fits.category = offsets.category and fits.cluster_id = offsets.cluster_id
    where fits.parameter = 'factor'

)

select * from final
{% endmacro %}
