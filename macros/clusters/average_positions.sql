{#- The middle of every group of stores in the space of the final clusters. -#}
{% macro average_positions(space_relation, members_relation, group_column) %}
with

space as (

    select * from {{ space_relation }}

),

members as (

    select * from {{ members_relation }}

),

final as (

    select
        members.category,
        members.{{ group_column }} as cluster_id,
        space.dimension,
        {{ exact_mean('space.value') }} as value
    from space
    inner join members
        on space.category = members.category and space.store_id = members.store_id
    group by members.category, members.{{ group_column }}, space.dimension

)

select * from final
{% endmacro %}
