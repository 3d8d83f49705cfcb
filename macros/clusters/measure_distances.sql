{#- The Euclidean distance of every store to every centroid of its category. -#}
{% macro measure_distances(positions_relation, centroids_relation, dimension) %}
with

positions as (

    select * from {{ positions_relation }}

),

centroids as (

    select * from {{ centroids_relation }}

),

final as (

    select
        positions.category,
        positions.store_id,
        centroids.cluster_id,
        round(sqrt({{ exact_sum('power(positions.value - centroids.value, 2)') }}), 9) as distance
    from positions
    inner join centroids
        on
            positions.category = centroids.category
            and positions.{{ dimension }} = centroids.{{ dimension }}
    group by positions.category, positions.store_id, centroids.cluster_id

)

select * from final
{% endmacro %}
