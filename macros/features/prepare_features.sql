{#- The values of stores that took no part in learning, taken through all steps by what was learned from
    those that did: transformed, imputed, pulled in, centred, scaled and clipped. -#}
{% macro prepare_features(values_relation, selection_relation, learned_relation, scales_relation, dataset) %}
with

transformed_values as (

    {{ transform_features(values_relation, selection_relation, dataset, learned_relation) }}

),

imputed_values as (

    {{ impute_features('transformed_values', none, dataset, learned_relation) }}

),

treated_values as (

    {{ treat_outliers('imputed_values', none, dataset, learned_relation) }}

),

scaled_values as (

    {{ scale_features('treated_values', scales_relation, dataset) }}

),

final as (

    select
        scaled_values.category,
        scaled_values.store_id,
        scaled_values.feature,
        scaled_values.value,
        treated_values.is_imputed
    from scaled_values
    inner join treated_values
        on
            scaled_values.category = treated_values.category
            and scaled_values.store_id = treated_values.store_id
            and scaled_values.feature = treated_values.feature

)

select * from final
{% endmacro %}
