{#- Where a pair of sides decides what the final cluster is: if all stores with the pair are in one. Under
    per_store and size it decides only if none of them was moved, since others with the same pair might
    have gone elsewhere; under joint and consensus it never does. -#}
{% set merging = setting('merging') %}
with

members as (

    select * from {{ ref('mrg_members') }}

),

sides as (

    select * from {{ ref('mrg_sides') }}

),

final as (

    select
        -- ids
        members.category,
        sides.internal_part,
        sides.external_part,

        -- where it leads
        max(members.merged_label) as merged_label,
        max(members.final_label) as final_label,
        max(members.final_cluster_id) as final_cluster_id
    from members
    inner join sides
        on members.category = sides.category and members.store_id = sides.store_id
    {% if merging.method != 'cross' %}
    where false
    {% endif %}
    group by members.category, sides.internal_part, sides.external_part
    having
        count(distinct members.final_cluster_id) = 1
        {% if merging.small_clusters in ['per_store', 'size'] %}
        and bool_and(members.merged_label = members.final_label)
        {% endif %}

)

select * from final
