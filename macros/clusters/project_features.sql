{#- The position of every store on the components that the reduction found. -#}
{% macro project_features(values_relation, loadings_relation) %}
with

feature_values as (

    select * from {{ values_relation }}

),

loadings as (

    select * from {{ loadings_relation }}

),

final as (

    select
        feature_values.category,
        feature_values.store_id,
        loadings.component,
        {{ exact_sum('(feature_values.value - loadings.centre) * loadings.loading') }} as value
    from feature_values
    inner join loadings
        on
            feature_values.category = loadings.category
            and feature_values.feature = loadings.feature
    group by feature_values.category, feature_values.store_id, loadings.component

)

select * from final
{% endmacro %}
