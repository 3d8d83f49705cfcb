{#- Every store gets a value for every feature; what stood in for a missing one is marked. knn and
    iterative look at all features together: their stand-ins for the fitted stores come from the
    Python model behind stand_ins_relation. A feature that the transform left no value of (the root
    of a negative number) ends here. -#}
{% macro impute_features(values_relation, stand_ins_relation, dataset) %}
with

feature_values as (

    select * from {{ values_relation }}

),

by_feature as (

    {{ measure_stand_ins(values_relation, dataset) }}

),

by_store as (

    select * from {{ stand_ins_relation }}

),

filled as (

    select
        feature_values.category,
        feature_values.store_id,
        feature_values.is_fitted,
        feature_values.feature,
        coalesce(feature_values.value, by_store.value, by_feature.stand_in) as value,
        feature_values.value is null as is_imputed
    from feature_values
    left join by_feature
        on
            feature_values.category = by_feature.category
            and feature_values.feature = by_feature.feature
    left join by_store
        on
            feature_values.category = by_store.category
            and feature_values.store_id = by_store.store_id
            and feature_values.feature = by_store.feature

),

final as (

    select * from filled where value is not null

)

select * from final
{% endmacro %}
