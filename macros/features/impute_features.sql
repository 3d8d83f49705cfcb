{#- Every store gets a value for every feature; what stood in for a missing one is marked. A feature
    that the transform left no value of (the root of a negative number) ends here. -#}
{% macro impute_features(values_relation, dataset) %}
{% set impute = setting(dataset ~ '.impute') %}
with

feature_values as (

    select * from {{ values_relation }}

),

stand_ins as (

    select
        category,
        feature,
        {% if impute.method == 'median' %}
        {{ percentile('value', 0.5) }} as stand_in
        {% elif impute.method == 'mean' %}
        {{ ordered_mean('value') }} as stand_in
        {% else %}
        cast({{ impute.constant }} as double) as stand_in
        {% endif %}
    from feature_values
    group by category, feature

),

final as (

    select
        feature_values.category,
        feature_values.store_id,
        feature_values.feature,
        coalesce(feature_values.value, stand_ins.stand_in) as value,
        feature_values.value is null as is_imputed
    from feature_values
    inner join stand_ins
        on
            feature_values.category = stand_ins.category
            and feature_values.feature = stand_ins.feature
    where stand_ins.stand_in is not null

)

select * from final
{% endmacro %}
