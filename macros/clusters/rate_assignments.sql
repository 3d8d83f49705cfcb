{#- How near every store is to its final cluster, which comes next, and how sure that is. -#}
{% macro rate_assignments(members_relation, distances_relation) %}
with

members as (

    select * from {{ members_relation }}

),

distances as (

    select * from {{ distances_relation }}

),

others as (

    select
        members.category,
        members.store_id,
        distances.cluster_id,
        distances.distance,
        row_number() over (
            partition by members.category, members.store_id
            order by distances.distance, distances.cluster_id
        ) as nearness
    from members
    inner join distances
        on members.category = distances.category and members.store_id = distances.store_id
    where members.final_cluster_id <> distances.cluster_id

),

nearest as (

    select
        members.category,
        members.store_id,
        members.merged_label,
        members.final_label,
        members.final_cluster_id,
        own.distance,
        others.cluster_id as second_cluster_id,
        others.distance as second_distance
    from members
    inner join distances as own
        on
            members.category = own.category
            and members.store_id = own.store_id
            and members.final_cluster_id = own.cluster_id
    left join others
        on
            members.category = others.category
            and members.store_id = others.store_id
            and others.nearness = 1

),

final as (

    select
        *,
        -- 1 in the middle of the cluster, 0 on the border to the next or beyond it
        case
            when second_distance is null then 1
            else greatest(0, 1 - coalesce({{ safe_divide('distance', 'second_distance') }}, 1))
        end as confidence
    from nearest

)

select * from final
{% endmacro %}
