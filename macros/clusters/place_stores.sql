{#- Where stores stand in the space of the final clusters; in the middle of a side that a store has no
    data of. A store that is not fitted and has no internal cluster is compared on the external side
    alone: nobody knows where it stands on the other, so that no distance there may make it look sure
    or unsure. -#}
{% macro place_stores(stores_relation, sides_relation, axes_relation) %}
with

stores as (

    select * from {{ stores_relation }}

),

sides as (

    select * from {{ sides_relation }}

),

axes as (

    select * from {{ axes_relation }}

),

final as (

    select
        stores.category,
        stores.store_id,
        stores.is_fitted,
        axes.dimension,
        coalesce((sides.value - axes.centre) * axes.factor, 0) as value
    from stores
    inner join axes on stores.category = axes.category
    left join sides
        on
            stores.category = sides.category
            and stores.store_id = sides.store_id
            and axes.dimension = sides.dimension
    where stores.is_fitted or stores.internal_cluster_id is not null or axes.side = 'external'

)

select * from final
{% endmacro %}
