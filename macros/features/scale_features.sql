{#- The values that the clustering sees: centred, scaled and clipped. The clip counts in scales from
    the centre, whatever the method: with minmax the fitted stores lie in 0..1 and with maxabs in
    -1..1, so that a clip of 1 or more only reaches stores that were left out of the fit. Values that
    are not scaled are not clipped: they are in units of their own. A feature without spread is left
    out. -#}
{% macro scale_features(values_relation, scales_relation, dataset) %}
{% set scale = setting(dataset ~ '.scale') %}
with

feature_values as (

    select * from {{ values_relation }}

),

scales as (

    select * from {{ scales_relation }} where is_used

),

scaled as (

    select
        feature_values.category,
        feature_values.store_id,
        feature_values.is_fitted,
        feature_values.feature,
        (feature_values.value - scales.centre) / scales.scale as value
    from feature_values
    inner join scales
        on
            feature_values.category = scales.category
            and feature_values.feature = scales.feature

),

final as (

    select
        category,
        store_id,
        is_fitted,
        feature,
        {% if scale.clip is not none and scale.method != 'none' %}
        greatest(-{{ scale.clip }}, least({{ scale.clip }}, value)) as value
        {% else %}
        value
        {% endif %}
    from scaled

)

select * from final
{% endmacro %}
