{#- The middle of every dimension over the stores that have it, and the factor that gives each side a
    total variance equal to its weight (0 for a side in which nothing varies). One row per category
    and dimension. -#}
{% macro measure_axes(sides_relation) %}
{% set merging = setting('merging') %}
with

sides as (

    select * from {{ sides_relation }}

),

means as (

    select
        category,
        side,
        dimension,
        component,
        {{ ordered_mean('value') }} as mean
    from sides
    group by category, side, dimension, component

),

variances as (

    select
        sides.category,
        sides.side,
        sides.dimension,
        -- the mean of equal values need not equal them: what rounding leaves must not be blown up
        case
            when min(sides.value) < max(sides.value)
                then {{ ordered_mean('power(sides.value - means.mean, 2)') }}
            else 0
        end as variance
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
        means.category,
        means.side,
        means.dimension,
        means.component,
        means.mean as centre,
        coalesce(
            sqrt({{ safe_divide(
                "case means.side when 'internal' then " ~ merging.internal_weight
                ~ ' else ' ~ merging.external_weight ~ ' end',
                'totals.total_variance'
            ) }}),
            0
        ) as factor
    from means
    inner join totals on means.category = totals.category and means.side = totals.side

)

select * from final
{% endmacro %}
