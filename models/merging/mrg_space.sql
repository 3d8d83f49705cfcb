{#- The space in which final clusters are compared: the components of both sides, each side with a
    total variance equal to its weight, so that the side with more features does not outvote the
    other. A store without external data stands in the middle of the external side. -#}
{% set merging = setting('merging') %}
with

internal as (

    select
        category,
        store_id,
        'internal ' || cast(component as varchar) as dimension,
        value
    from {{ ref('ml_internal_components') }}

),

stores as (

    select
        category,
        store_id
    from {{ ref('mrg_labels') }}

),

external as (

    select
        stores.category,
        components.store_id,
        'external ' || cast(components.component as varchar) as dimension,
        components.value
    from stores
    inner join {{ ref('ml_external_components') }} as components
        on
            stores.store_id = components.store_id
            and components.category = {{ external_category('stores.category') }}

),

sides as (

    select
        *,
        'internal' as side
    from internal
    union all
    select
        *,
        'external' as side
    from external

),

means as (

    select
        category,
        side,
        dimension,
        {{ ordered_mean('value') }} as mean
    from sides
    group by category, side, dimension

),

variances as (

    select
        sides.category,
        sides.side,
        sides.dimension,
        {{ ordered_mean('power(sides.value - means.mean, 2)') }} as variance
    from sides
    inner join means
        on sides.category = means.category and sides.dimension = means.dimension
    group by sides.category, sides.side, sides.dimension

),

totals as (

    select
        category,
        side,
        {{ ordered_sum('variance') }} as total_variance
    from variances
    group by category, side

),

final as (

    select
        stores.category,
        stores.store_id,
        means.dimension,
        coalesce(
            (sides.value - means.mean)
            * sqrt({{ safe_divide(
                "case means.side when 'internal' then " ~ merging.internal_weight
                ~ ' else ' ~ merging.external_weight ~ ' end',
                'totals.total_variance'
            ) }}),
            0
        ) as value
    from stores
    inner join means on stores.category = means.category
    inner join totals on means.category = totals.category and means.side = totals.side
    left join sides
        on
            stores.category = sides.category
            and stores.store_id = sides.store_id
            and means.dimension = sides.dimension

)

select * from final
