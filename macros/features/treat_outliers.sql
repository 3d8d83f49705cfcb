{#- The values after the policy for outliers: winsorise pulls a value in to the limits of measure_limits.
    The other policies leave the values as they are. -#}
{% macro treat_outliers(values_relation, outliers_relation, dataset) %}
{% set outliers = setting(dataset ~ '.outliers') %}
{% set is_pulled_in = outliers.policy == 'winsorise' and outliers.method != 'none' %}
with

feature_values as (

    select * from {{ values_relation }}

),

{% if is_pulled_in %}
limits as (

    {{ measure_limits(values_relation, outliers_relation, dataset) }}

),

treated as (

    select
        feature_values.*,
        case
            when limits.upper_limit is null then feature_values.value
            else greatest(limits.lower_limit, least(limits.upper_limit, feature_values.value))
        end as treated_value
    from feature_values
    inner join limits
        on feature_values.category = limits.category and feature_values.feature = limits.feature

),
{% else %}
treated as (

    select
        feature_values.*,
        feature_values.value as treated_value
    from feature_values

),
{% endif %}

final as (

    select
        category,
        store_id,
        is_fitted,
        feature,
        treated_value as value,
        is_imputed,
        treated_value <> value as is_winsorised
    from treated

)

select * from final
{% endmacro %}
