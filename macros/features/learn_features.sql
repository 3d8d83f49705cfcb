{#- The numbers by which the steps from the raw value to the treated one have to be known for a store that
    is in no file: what stands in for a share of zero and for a missing value, and the limits that values
    are pulled in to; each empty where the settings need none. One row per category and feature. -#}
{% macro learn_features(values_relation, selection_relation, transformed_relation, imputed_relation, outliers_relation, dataset) %}
{% set outliers = setting(dataset ~ '.outliers') %}
with

features as (

    select
        selection.category,
        selection.feature,
        bool_or(feature_values.is_transformed) as is_transformed
    from {{ selection_relation }} as selection
    inner join {{ values_relation }} as feature_values
        on
            selection.category = feature_values.category
            and selection.feature = feature_values.feature
    where selection.is_used
    group by selection.category, selection.feature

),

{% if setting(dataset ~ '.transform.method') == 'clr' %}
zeros as (

    {{ measure_zeros(values_relation) }}

),
{% endif %}

stand_ins as (

    {{ measure_stand_ins(transformed_relation, dataset) }}

),

{% if outliers.policy == 'winsorise' and outliers.method != 'none' %}
limits as (

    {{ measure_limits(imputed_relation, outliers_relation, dataset) }}

),
{% else %}
limits as (

    select
        category,
        feature,
        cast(null as double) as lower_limit,
        cast(null as double) as upper_limit
    from features

),
{% endif %}

final as (

    select
        -- ids
        features.category,
        features.feature,

        -- what was learned
        features.is_transformed,
        {% if setting(dataset ~ '.transform.method') == 'clr' %}
        zeros.stand_in as zero_stand_in,
        {% else %}
        cast(null as double) as zero_stand_in,
        {% endif %}
        stand_ins.stand_in as missing_stand_in,
        limits.lower_limit,
        limits.upper_limit
    from features
    {% if setting(dataset ~ '.transform.method') == 'clr' %}
    left join zeros
        on features.category = zeros.category and features.feature = zeros.feature
    {% endif %}
    left join stand_ins
        on features.category = stand_ins.category and features.feature = stand_ins.feature
    left join limits
        on features.category = limits.category and features.feature = limits.feature

)

select * from final
{% endmacro %}
