{#- The nearest values that are not out, per feature: with iqr and mad the fences (the threshold in units
    from the middle), empty where there is no unit; with the other methods, which judge whole stores,
    the range of the stores that are not flagged, within which their own values lie. One row per
    category and feature. -#}
{% macro measure_limits(values_relation, outliers_relation, dataset) %}
{% set outliers = setting(dataset ~ '.outliers') %}
{% if outliers.method in ['iqr', 'mad'] %}
with

fences as (

    {{ measure_fences(values_relation, outliers.method) }}

)

select
    category,
    feature,
    low - {{ outliers.threshold }} * unit as lower_limit,
    high + {{ outliers.threshold }} * unit as upper_limit
from fences
{% else %}
select
    feature_values.category,
    feature_values.feature,
    min(feature_values.value) as lower_limit,
    max(feature_values.value) as upper_limit
from {{ values_relation }} as feature_values
inner join {{ outliers_relation }} as outliers
    on
        feature_values.category = outliers.category
        and feature_values.store_id = outliers.store_id
where not outliers.is_outlier
group by feature_values.category, feature_values.feature
{% endif %}
{% endmacro %}
