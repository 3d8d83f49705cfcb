{#- What each side says of every store that is clustered. A side with weight 0 has the part 0. In a
    category with too few stores the internal part is 0, if the settings let it follow the external side
    alone: a store without external data is then in no cluster. -#}
{% set merging = setting('merging') %}
{% set too_few = setting('internal.too_few_stores') %}
with

external as (

    select * from {{ ref('ml_external_clusters') }}

),

category_stores as (

    select
        category,
        store_id,
        count(*) over (partition by category) as store_count
    from {{ ref('pre_category_stores') }}
    where excluded_reason is null

),

internal as (

    select
        category,
        store_id,
        cluster_id,
        assignment_basis,
        is_noise
    from {{ ref('ml_internal_clusters') }}
    {% if too_few.fallback == 'external_only' %}
    union all
    select
        category_stores.category,
        category_stores.store_id,
        null as cluster_id,
        null as assignment_basis,
        null as is_noise
    from category_stores
    inner join external
        on
            category_stores.store_id = external.store_id
            and external.category = {{ external_category('category_stores.category') }}
    where category_stores.store_count < {{ too_few.minimum_stores }}
    {% endif %}

),

final as (

    select
        -- ids
        internal.category,
        internal.store_id,
        internal.cluster_id as internal_cluster_id,
        external.cluster_id as external_cluster_id,

        -- how it got there
        coalesce(internal.is_noise, false) or coalesce(external.is_noise, false) as is_noise,
        {% for side in ['internal', 'external'] %}
        {% if merging[side ~ '_weight'] > 0 %}
        coalesce({{ side }}.assignment_basis = 'nearest' and not {{ side }}.is_noise, false)
        {% else %}
        false
        {% endif %}
        {{ 'or' if loop.first else 'as is_left_out,' }}
        {% endfor %}
        case
            when internal.cluster_id is null then 'external_only'
            when external.cluster_id is null then 'internal_only'
            when 'nearest' in (internal.assignment_basis, external.assignment_basis) then 'nearest'
            else 'model'
        end as assignment_basis,

        -- the parts of the cross label
        {{ 'coalesce(internal.cluster_id, 0)' if merging.internal_weight > 0 else '0' }}
            as internal_part,
        {{ 'external.cluster_id' if merging.external_weight > 0 else '0' }} as external_part
    from internal
    left join external
        on
            internal.store_id = external.store_id
            and external.category = {{ external_category('internal.category') }}

)

select * from final
