{#- The position of every store on the components that the reduction found. Under kernel_pca the
    likenesses of the store to the landmarks take the place of its features. -#}
{% macro project_features(values_relation, loadings_relation, landmarks_relation, dataset) %}
with

scaled_values as (

    select * from {{ values_relation }}

),

{% if setting(dataset ~ '.reduce.method') == 'kernel_pca' %}
landmarks as (

    select * from {{ landmarks_relation }}

),

feature_values as (

    select
        scaled_values.category,
        scaled_values.store_id,
        scaled_values.is_fitted,
        landmarks.landmark as feature,
        exp(
            -min(landmarks.gamma)
            * {{ exact_sum('power(scaled_values.value - landmarks.value, 2)') }}
        ) as value
    from scaled_values
    inner join landmarks
        on
            scaled_values.category = landmarks.category
            and scaled_values.feature = landmarks.feature
    group by
        scaled_values.category, scaled_values.store_id, scaled_values.is_fitted, landmarks.landmark

),
{% else %}
feature_values as (

    select * from scaled_values

),
{% endif %}

loadings as (

    select * from {{ loadings_relation }}

),

final as (

    select
        feature_values.category,
        feature_values.store_id,
        feature_values.is_fitted,
        loadings.component,
        {{ exact_sum('(feature_values.value - loadings.centre) * loadings.loading') }} as value
    from feature_values
    inner join loadings
        on
            feature_values.category = loadings.category
            and feature_values.feature = loadings.feature
    group by
        feature_values.category,
        feature_values.store_id,
        feature_values.is_fitted,
        loadings.component

)

select * from final
{% endmacro %}
