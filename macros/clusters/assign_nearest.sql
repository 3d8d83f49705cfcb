{#- The cluster of every store. A fitted store is where its algorithm put it, which need not be the
    nearest centroid; noise and a store left out of the fit join the nearest. Second is the nearest
    other cluster; of two equally near ones the lower id goes first. -#}
{% macro assign_nearest(distances_relation, members_relation) %}
with

distances as (

    select * from {{ distances_relation }}

),

members as (

    select * from {{ members_relation }}

),

ranked as (

    select
        distances.category,
        distances.store_id,
        distances.cluster_id,
        distances.distance,
        coalesce(members.is_noise, false) as is_noise,
        case when not members.is_noise then 'model' else 'nearest' end as assignment_basis,
        row_number() over (
            partition by distances.category, distances.store_id
            order by
                case
                    when not members.is_noise and distances.cluster_id = members.cluster_id then 0
                    else 1
                end,
                distances.distance,
                distances.cluster_id
        ) as place
    from distances
    left join members
        on distances.category = members.category and distances.store_id = members.store_id

),

assigned as (

    select
        category,
        store_id,
        max(case when place = 1 then cluster_id end) as cluster_id,
        max(case when place = 1 then distance end) as distance,
        max(case when place = 2 then cluster_id end) as second_cluster_id,
        max(case when place = 2 then distance end) as second_distance,
        max(assignment_basis) as assignment_basis,
        bool_or(is_noise) as is_noise
    from ranked
    group by category, store_id

),

measured as (

    select
        *,
        -- 0 where both clusters stand on the spot of the store, nothing without a second one
        case
            when second_distance is not null
                then 1 - coalesce({{ safe_divide('distance', 'second_distance') }}, 1)
        end as margin
    from assigned

),

final as (

    select
        *,
        greatest(0, coalesce(margin, 1)) as confidence
    from measured

)

select * from final
{% endmacro %}
