{#- The distance of every store to every centroid of its category: Euclidean, or where clusters have
    shapes the root of the square of the difference times the factors, plus the squared offset. -#}
{% macro measure_distances(positions_relation, centroids_relation, dimension, shapes_relation=none) %}
with

positions as (

    select * from {{ positions_relation }}

),

centroids as (

    select * from {{ centroids_relation }}

),

differences as (

    select
        positions.category,
        positions.store_id,
        centroids.cluster_id,
        positions.{{ dimension }},
        positions.value - centroids.value as difference
    from positions
    inner join centroids
        on
            positions.category = centroids.category
            and positions.{{ dimension }} = centroids.{{ dimension }}

),

{% if shapes_relation is not none %}
shapes as (

    select * from {{ shapes_relation }}

),

shaped as (

    select
        differences.category,
        differences.store_id,
        differences.cluster_id,
        max(shapes.squared_offset) as squared_offset,
        {{ exact_sum('differences.difference * shapes.factor') }} as difference
    from differences
    inner join shapes
        on
            differences.category = shapes.category
            and differences.cluster_id = shapes.cluster_id
            and differences.{{ dimension }} = shapes.{{ dimension }}
    group by
        differences.category,
        differences.store_id,
        differences.cluster_id,
        shapes.other_{{ dimension }}

),

{% endif %}
final as (

    select
        category,
        store_id,
        cluster_id,
        {% set square = exact_sum('power(difference, 2)') %}
        {% if shapes_relation is none %}
        round(sqrt({{ square }}), 9) as distance
        {% else %}
        round(sqrt({{ square }} + max(squared_offset)), 9) as distance
        {% endif %}
    from {{ 'differences' if shapes_relation is none else 'shaped' }}
    group by category, store_id, cluster_id

)

select * from final
{% endmacro %}
