{#- The stores that are in no cluster of a category and have data all the same: of a side that counts.
    A side with weight 0 has the number 0 in the label; of a side that is unknown the usual partner
    of the other side's cluster is taken, as mrg_sides does. A thin store is planned for and has external
    data: what little it sells is not asked. -#}
{% set merging = setting('merging') %}
{% set takes_thin = merging.thin_stores == 'external_only' and merging.external_weight > 0 %}
with

category_stores as (

    select * from {{ ref('pre_category_stores') }} where excluded_reason is not null

),

categories as (

    select distinct category from {{ ref('mrg_sides') }}

),

internal as (

    select * from {{ ref('ml_internal_new_clusters') }}

),

external as (

    select
        category,
        store_id,
        cluster_id,
        is_noise
    from {{ ref('ml_external_clusters') }}
    union all
    select
        category,
        store_id,
        cluster_id,
        false as is_noise
    from {{ ref('ml_external_new_clusters') }}

),

cells as (

    select * from {{ ref('mrg_cells') }}

),

splits as (

    select * from {{ ref('mrg_splits') }}

),

known as (

    select
        category_stores.category,
        category_stores.store_id,
        internal.cluster_id as internal_cluster_id,
        external.cluster_id as external_cluster_id,
        coalesce(external.is_noise, false) as is_noise,
        {{ 'category_stores.is_planned and external.cluster_id is not null' if takes_thin else 'false' }}
            as is_thin
    from category_stores
    inner join categories on category_stores.category = categories.category
    left join internal
        on
            category_stores.category = internal.category
            and category_stores.store_id = internal.store_id
    left join external
        on
            category_stores.store_id = external.store_id
            and external.category = {{ external_category('category_stores.category') }}

),

sides as (

    select
        category,
        store_id,
        external_cluster_id,
        is_thin,
        is_noise,
        case when not is_thin then internal_cluster_id end as internal_cluster_id,
        {{ 'case when not is_thin then internal_cluster_id end' if merging.internal_weight > 0 else '0' }}
            as internal_part,
        {{ 'external_cluster_id' if merging.external_weight > 0 else '0' }} as external_part
    from known
    where
        {{ 'internal_cluster_id is not null' if merging.internal_weight > 0 else 'false' }}
        or {{ 'external_cluster_id is not null' if merging.external_weight > 0 else 'false' }}

),

parts as (

    select
        sides.category,
        sides.store_id,
        sides.internal_cluster_id,
        sides.external_cluster_id,

        -- what is known of it
        sides.is_thin,
        sides.is_noise,

        -- a store of no internal cluster has no part if no store is in its external one
        coalesce(sides.internal_part, of_external.internal_part) as internal_part,
        coalesce(sides.external_part, of_internal.external_part, 0) as external_part
    from sides
    left join cells as of_internal
        on
            sides.category = of_internal.category
            and sides.internal_part = of_internal.internal_part
            and of_internal.is_usual_of_internal
    left join cells as of_external
        on
            sides.category = of_external.category
            and sides.external_part = of_external.external_part
            and of_external.is_usual_of_external

),

final as (

    select
        -- ids
        parts.category,
        parts.store_id,
        parts.internal_cluster_id,
        parts.external_cluster_id,
        splits.split_value,

        -- what is known of it
        parts.is_thin,
        parts.is_noise,

        -- the label; a cluster of both sides at once is not known of a store outside the fit
        parts.internal_part,
        parts.external_part,
        {% if merging.method == 'cross' %}
        cast(parts.internal_part as varchar) || '_' || cast(parts.external_part as varchar)
        || coalesce('/' || splits.before_value, '') as merged_label
        {% else %}
        cast(null as varchar) as merged_label
        {% endif %}
    from parts
    inner join splits on parts.store_id = splits.store_id

)

select * from final
