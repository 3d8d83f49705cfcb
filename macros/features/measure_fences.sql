{#- Per feature the middle (low to high) that no store is far from, and the unit of that distance: the
    box and the inter-quartile range, or the median twice and 1.4826 median absolute deviations (the
    standard deviation, if the values are normal). A unit of zero is none: such a feature says
    nothing. One row per category and feature. -#}
{% macro measure_fences(values_relation, method) %}
with

feature_values as (

    select * from {{ values_relation }} where is_fitted

),

middles as (

    select
        category,
        feature,
        {{ percentile('value', 0.25) }} as lower_quartile,
        {{ percentile('value', 0.5) }} as median,
        {{ percentile('value', 0.75) }} as upper_quartile
    from feature_values
    group by category, feature

),

{% if method == 'mad' %}
deviations as (

    select
        feature_values.category,
        feature_values.feature,
        1.4826 * {{ percentile('abs(feature_values.value - middles.median)', 0.5) }} as deviation
    from feature_values
    inner join middles
        on
            feature_values.category = middles.category
            and feature_values.feature = middles.feature
    group by feature_values.category, feature_values.feature

),

final as (

    select
        middles.category,
        middles.feature,
        middles.median as low,
        middles.median as high,
        nullif(deviations.deviation, 0) as unit
    from middles
    inner join deviations
        on middles.category = deviations.category and middles.feature = deviations.feature

)
{% else %}
final as (

    select
        category,
        feature,
        lower_quartile as low,
        upper_quartile as high,
        nullif(upper_quartile - lower_quartile, 0) as unit
    from middles

)
{% endif %}

select * from final
{% endmacro %}
