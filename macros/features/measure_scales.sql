{#- The centre and the scale of every feature, over the stores that are fitted: whatever the method,
    the scaled value is (value - centre) / scale, so that any engine can scale a new store. minmax
    takes the stores to 0..1, maxabs to -1..1 without moving zero. A robust scale of zero (more than
    half of the stores alike) falls back to the 95 % range, then to the standard deviation: dividing
    by 1 instead would leave the feature in its raw unit. -#}
{% macro measure_scales(values_relation, outliers_relation, dataset) %}
{% set method = setting(dataset ~ '.scale.method') %}
with

feature_values as (

    select
        feature_values.category,
        feature_values.feature,
        feature_values.value
    from {{ values_relation }} as feature_values
    inner join {{ outliers_relation }} as outliers
        on
            feature_values.category = outliers.category
            and feature_values.store_id = outliers.store_id
    where not outliers.is_excluded

),

centres as (

    select
        category,
        feature,
        min(value) as lowest,
        max(value) as highest,
        max(abs(value)) as farthest,
        {{ ordered_mean('value') }} as mean,
        {{ percentile('value', 0.5) }} as median,
        ({{ percentile('value', 0.75) }} - {{ percentile('value', 0.25) }}) / 1.349 as quartile_scale,
        ({{ percentile('value', 0.975) }} - {{ percentile('value', 0.025) }}) / 3.92 as range_scale
    from feature_values
    group by category, feature

),

deviations as (

    select
        feature_values.category,
        feature_values.feature,
        sqrt({{ ordered_mean('power(feature_values.value - centres.mean, 2)') }}) as standard_deviation
    from feature_values
    inner join centres
        on
            feature_values.category = centres.category
            and feature_values.feature = centres.feature
    group by feature_values.category, feature_values.feature

),

-- a rest of rounding is no spread
spreads as (

    select
        centres.*,
        case
            when deviations.standard_deviation > 1e-9 * greatest(abs(centres.mean), 1e-3)
                then deviations.standard_deviation
        end as standard_deviation
    from centres
    inner join deviations
        on centres.category = deviations.category and centres.feature = deviations.feature

),

final as (

    select
        category,
        feature,
        {% if method == 'zscore' %}
        mean as centre,
        standard_deviation as scale,
        {% elif method == 'robust' %}
        median as centre,
        case
            when standard_deviation is null then null
            when quartile_scale > 0 then quartile_scale
            when range_scale > 0 then range_scale
            else standard_deviation
        end as scale,
        {% elif method == 'minmax' %}
        lowest as centre,
        case when standard_deviation is not null then highest - lowest end as scale,
        {% elif method == 'maxabs' %}
        cast(0 as double) as centre,
        case when standard_deviation is not null then farthest end as scale,
        {% else %}
        cast(0 as double) as centre,
        cast(1 as double) as scale,
        {% endif %}
        standard_deviation is not null as is_used
    from spreads

)

select * from final
{% endmacro %}
