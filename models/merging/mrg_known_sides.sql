{#- What each side says of every store that it knows: of the fitted stores of a category, and of the other
    stores that have data of a side that counts. A side with weight 0 has the part 0. In a category with
    too few stores the internal part of a fitted store is 0, if the settings let it follow the external
    side alone: without external data it is in no cluster. A thin store is not fitted, but planned for
    by its external data. -#}
{% set merging = setting('merging') %}
{% set too_few = setting('internal.too_few_stores') %}
{% set takes_thin = merging.thin_stores == 'external_only' and merging.external_weight > 0 %}
with

category_stores as (

    select
        category,
        store_id,
        is_planned,
        excluded_reason is null as is_fitted,
        count(*) filter (where excluded_reason is null) over (partition by category)
            as fitted_store_count
    from {{ ref('pre_category_stores') }}

),

internal as (

    select * from {{ ref('ml_internal_clusters') }}

),

external as (

    select * from {{ ref('ml_external_clusters') }}

),

with_external as (

    select
        category_stores.*,
        {% if takes_thin %}
        not category_stores.is_fitted
        and category_stores.is_planned
        and external.cluster_id is not null
        {% else %}
        false
        {% endif %}
        as is_thin,
        external.cluster_id as external_cluster_id,
        external.assignment_basis as external_basis,
        external.is_noise as is_external_noise
    from category_stores
    left join external
        on
            category_stores.store_id = external.store_id
            and external.category = {{ external_category('category_stores.category') }}

),

-- what little a thin store sells is not asked
with_both as (

    select
        with_external.*,
        internal.cluster_id as internal_cluster_id,
        internal.assignment_basis as internal_basis,
        internal.is_noise as is_internal_noise
    from with_external
    left join internal
        on
            with_external.category = internal.category
            and with_external.store_id = internal.store_id
            and not with_external.is_thin

),

known as (

    select *
    from with_both
    where
        case
            when is_fitted
                then
                    internal_cluster_id is not null
                    {% if too_few.fallback == 'external_only' %}
                    or (
                        external_cluster_id is not null
                        and fitted_store_count < {{ too_few.minimum_stores }}
                    )
                    {% endif %}
            else
                {{ 'internal_cluster_id is not null' if merging.internal_weight > 0 else 'false' }}
                or {{ 'external_cluster_id is not null' if merging.external_weight > 0 else 'false' }}
        end

),

-- where nothing is fitted nothing is known of the other stores
fitted_categories as (

    select distinct category
    from known
    where is_fitted

),

final as (

    select
        -- ids
        known.category,
        known.store_id,
        known.internal_cluster_id,
        known.external_cluster_id,

        -- what is known of it
        known.is_fitted,
        known.is_thin,

        -- how it got there
        coalesce(known.is_internal_noise, false) or coalesce(known.is_external_noise, false)
            as is_noise,
        {% for side in ['internal', 'external'] %}
        {% if merging[side ~ '_weight'] > 0 %}
        coalesce(known.{{ side }}_basis = 'nearest' and not known.is_{{ side }}_noise, false)
        {% else %}
        false
        {% endif %}
        {{ 'or' if loop.first else 'as is_left_out,' }}
        {% endfor %}
        case
            when known.internal_cluster_id is null then 'external_only'
            when known.external_cluster_id is null then 'internal_only'
            when 'nearest' in (known.internal_basis, known.external_basis) then 'nearest'
            else 'model'
        end as assignment_basis,

        -- the parts of the cross label; of a store that is not fitted the internal one may be unknown
        {% if merging.internal_weight > 0 %}
        coalesce(known.internal_cluster_id, case when known.is_fitted then 0 end) as internal_part,
        {% else %}
        0 as internal_part,
        {% endif %}
        {{ 'known.external_cluster_id' if merging.external_weight > 0 else '0' }} as external_part
    from known
    inner join fitted_categories on known.category = fitted_categories.category

)

select * from final
