{#- The values after the policy for outliers. winsorise pulls a value in to the nearest one that is not
    out: with iqr and mad to the fence (the threshold in units from the middle), whichever store it
    belongs to; with the other methods, which judge whole stores, a flagged store's value to the
    range of the stores that are not flagged. The other policies leave the values as they are. -#}
{% macro treat_outliers(values_relation, outliers_relation, dataset) %}
{% set outliers = setting(dataset ~ '.outliers') %}
{% set is_pulled_in = outliers.policy == 'winsorise' and outliers.method != 'none' %}
with

feature_values as (

    select * from {{ values_relation }}

),

{% if is_pulled_in and outliers.method in ['iqr', 'mad'] %}
fences as (

    {{ measure_fences(values_relation, outliers.method) }}

),

treated as (

    select
        feature_values.*,
        case
            when fences.unit is null then feature_values.value
            else greatest(
                fences.low - {{ outliers.threshold }} * fences.unit,
                least(fences.high + {{ outliers.threshold }} * fences.unit, feature_values.value)
            )
        end as treated_value
    from feature_values
    inner join fences
        on feature_values.category = fences.category and feature_values.feature = fences.feature

),
{% elif is_pulled_in %}
outliers as (

    select * from {{ outliers_relation }}

),

ranges as (

    select
        feature_values.category,
        feature_values.feature,
        min(feature_values.value) as lowest,
        max(feature_values.value) as highest
    from feature_values
    inner join outliers
        on
            feature_values.category = outliers.category
            and feature_values.store_id = outliers.store_id
    where not outliers.is_outlier
    group by feature_values.category, feature_values.feature

),

-- the values of the stores that are not flagged lie in their own range
treated as (

    select
        feature_values.*,
        greatest(ranges.lowest, least(ranges.highest, feature_values.value)) as treated_value
    from feature_values
    inner join ranges
        on feature_values.category = ranges.category and feature_values.feature = ranges.feature

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
        feature,
        treated_value as value,
        is_imputed,
        treated_value <> value as is_winsorised
    from treated

)

select * from final
{% endmacro %}
