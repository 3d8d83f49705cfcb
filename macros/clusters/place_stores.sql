{#- Where stores stand in the space of the final clusters; in the middle of a side that a store has no
    data of. -#}
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
        axes.dimension,
        coalesce((sides.value - axes.centre) * axes.factor, 0) as value
    from stores
    inner join axes on stores.category = axes.category
    left join sides
        on
            stores.category = sides.category
            and stores.store_id = sides.store_id
            and axes.dimension = sides.dimension

)

select * from final
{% endmacro %}
