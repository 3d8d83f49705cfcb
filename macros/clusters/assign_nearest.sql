{#- The nearest and the second nearest centroid of every store; of two equally near ones the lower id
    goes first. -#}
{% macro assign_nearest(distances_relation) %}
with

distances as (

    select * from {{ distances_relation }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by category, store_id order by distance, cluster_id
        ) as nearness
    from distances

),

final as (

    select
        category,
        store_id,
        max(case when nearness = 1 then cluster_id end) as cluster_id,
        max(case when nearness = 1 then distance end) as distance,
        max(case when nearness = 2 then cluster_id end) as second_cluster_id,
        max(case when nearness = 2 then distance end) as second_distance
    from ranked
    group by category, store_id

)

select * from final
{% endmacro %}
