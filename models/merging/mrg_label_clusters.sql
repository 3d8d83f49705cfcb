{#- Where a pair of sides decides what the final cluster is: if all stores with the pair are in one, apart
    from those that a constraint or a person moved. Where clusters are split, for each value. Under
    per_store and size it decides only if none of them was moved, since others with the same pair might
    have gone elsewhere; under joint and consensus it never does. -#}
{% set merging = setting('merging') %}
with

members as (

    select *
    from {{ ref('mrg_members') }}
    where constraint_kind is null or constraint_kind = 'split_after'

),

sides as (

    select * from {{ ref('mrg_sides') }}

),

splits as (

    select * from {{ ref('mrg_splits') }}

),

final as (

    select
        -- ids
        members.category,
        sides.internal_part,
        sides.external_part,
        splits.split_value,

        -- where it leads
        max(members.merged_label) as merged_label,
        max(members.final_label) as final_label,
        max(members.final_cluster_id) as final_cluster_id
    from members
    inner join sides
        on members.category = sides.category and members.store_id = sides.store_id
    inner join splits on members.store_id = splits.store_id
    {% if merging.method != 'cross' %}
    where false
    {% endif %}
    group by members.category, sides.internal_part, sides.external_part, splits.split_value
    having
        count(distinct members.final_cluster_id) = 1
        {% if merging.small_clusters in ['per_store', 'size'] %}
        and not bool_or(members.is_moved)
        {% endif %}

)

select * from final
