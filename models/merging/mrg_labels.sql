{#- Where both sides were clustered at once the label is the cluster found, which is not known of a store
    that is not fitted; else both parts crossed. If the settings split before small clusters are
    dissolved, the value stands behind it. -#}
with

sides as (

    select * from {{ ref('mrg_sides') }}

),

joint_labels as (

    select * from {{ ref('mrg_joint_labels') }}

),

splits as (

    select * from {{ ref('mrg_splits') }}

),

final as (

    select
        -- ids
        sides.category,
        sides.store_id,
        sides.internal_cluster_id,
        sides.external_cluster_id,
        splits.split_value,

        -- what is known of it
        sides.is_fitted,
        sides.is_thin,

        -- how it got there
        sides.assignment_basis,
        sides.is_noise,

        -- the label, and the pair of parts
        sides.internal_part,
        sides.external_part,
        {% if setting('merging.method') == 'cross' %}
        cast(sides.internal_part as varchar) || '_' || cast(sides.external_part as varchar)
        {% else %}
        joint_labels.merged_label
        {% endif %}
        || coalesce('/' || splits.before_value, '') as merged_label
    from sides
    inner join splits on sides.store_id = splits.store_id
    left join joint_labels
        on sides.category = joint_labels.category and sides.store_id = joint_labels.store_id

)

select * from final
