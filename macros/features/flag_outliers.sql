{#- Which stores are outliers, with their score. iqr and mad look at one feature at a time: the score
    is the largest distance of any feature from the box (in inter-quartile ranges) or from the
    median (in 1.4826 median absolute deviations). knn_distance looks at all features together and
    comes from the Python model behind distances_relation. -#}
{% macro flag_outliers(values_relation, distances_relation, dataset) %}
{% set outliers = setting(dataset ~ '.outliers') %}
with

feature_values as (

    select * from {{ values_relation }}

),

{% if outliers.method == 'knn_distance' %}
flagged as (

    select
        category,
        store_id,
        score,
        threshold,
        is_outlier
    from {{ distances_relation }}

),
{% else %}
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

deviations as (

    select
        feature_values.*,
        middles.lower_quartile,
        middles.upper_quartile,
        abs(feature_values.value - middles.median) as deviation
    from feature_values
    inner join middles
        on
            feature_values.category = middles.category
            and feature_values.feature = middles.feature

),

spreads as (

    select
        category,
        feature,
        1.4826 * {{ percentile('deviation', 0.5) }} as spread
    from deviations
    group by category, feature

),

distances as (

    select
        deviations.category,
        deviations.store_id,
        {% if outliers.method == 'mad' %}
        {{ safe_divide('deviations.deviation', 'spreads.spread') }} as distance
        {% else %}
        {{ safe_divide(
            'greatest(deviations.value - deviations.upper_quartile, '
            ~ 'deviations.lower_quartile - deviations.value, 0)',
            '(deviations.upper_quartile - deviations.lower_quartile)'
        ) }} as distance
        {% endif %}
    from deviations
    inner join spreads
        on deviations.category = spreads.category and deviations.feature = spreads.feature

),

flagged as (

    select
        category,
        store_id,
        coalesce(max(distance), 0) as score,
        cast({{ outliers.threshold }} as double) as threshold,
        {% if outliers.method == 'none' %}
        false as is_outlier
        {% else %}
        coalesce(max(distance), 0) > {{ outliers.threshold }} as is_outlier
        {% endif %}
    from distances
    group by category, store_id

),
{% endif %}

final as (

    select
        category,
        store_id,
        score,
        threshold,
        is_outlier,
        {% if outliers.policy == 'exclude_from_fit' %}
        is_outlier as is_excluded
        {% else %}
        false as is_excluded
        {% endif %}
    from flagged

)

select * from final
{% endmacro %}
