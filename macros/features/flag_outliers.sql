{#- Which fitted stores are outliers, with their score. iqr and mad look at one feature at a time: the score
    is the largest distance of any feature from its middle, in the unit of measure_fences. All other
    methods look at all features together and come from the Python model behind scores_relation. -#}
{% macro flag_outliers(values_relation, scores_relation, dataset) %}
{% set outliers = setting(dataset ~ '.outliers') %}
with

feature_values as (

    select * from {{ values_relation }} where is_fitted

),

{% if outliers.method in ['iqr', 'mad'] %}
fences as (

    {{ measure_fences(values_relation, outliers.method) }}

),

distances as (

    select
        feature_values.category,
        feature_values.store_id,
        greatest(feature_values.value - fences.high, fences.low - feature_values.value, 0)
        / fences.unit as distance
    from feature_values
    inner join fences
        on feature_values.category = fences.category and feature_values.feature = fences.feature

),

flagged as (

    select
        category,
        store_id,
        coalesce(max(distance), 0) as score,
        cast({{ outliers.threshold }} as double) as threshold,
        coalesce(max(distance), 0) > {{ outliers.threshold }} as is_outlier
    from distances
    group by category, store_id

),
{% elif outliers.method == 'none' %}
flagged as (

    select distinct
        category,
        store_id,
        cast(0 as double) as score,
        cast({{ outliers.threshold }} as double) as threshold,
        false as is_outlier
    from feature_values

),
{% else %}
flagged as (

    select
        category,
        store_id,
        score,
        threshold,
        is_outlier
    from {{ scores_relation }}

),
{% endif %}

gaps as (

    select
        category,
        store_id,
        avg(case when is_imputed then 1 else 0 end) as imputed_share
    from feature_values
    group by category, store_id

),

final as (

    select
        flagged.category,
        flagged.store_id,
        flagged.score,
        flagged.threshold,
        flagged.is_outlier,
        coalesce(gaps.imputed_share > {{ setting(dataset ~ '.impute.maximum_share') }}, false)
        {% if outliers.policy == 'exclude_from_fit' %}
        or flagged.is_outlier
        {% endif %}
        as is_excluded
    from flagged
    left join gaps on flagged.category = gaps.category and flagged.store_id = gaps.store_id

)

select * from final
{% endmacro %}
