{#- Every store gets a value for every feature; what stood in for a missing one is marked. knn and
    iterative look at all features together: their stand-ins come from the Python model behind
    stand_ins_relation. A feature that the transform left no value of (the root of a negative
    number) ends here. A store that is new has its stand-ins in learned_relation. -#}
{% macro impute_features(values_relation, stand_ins_relation, dataset, learned_relation=none) %}
{% set method = setting(dataset ~ '.impute.method') %}
{% set is_by_store = method in ['knn', 'iterative'] and not learned_relation %}
with

feature_values as (

    select * from {{ values_relation }}

),

stand_ins as (

    {% if is_by_store %}
    select
        category,
        store_id,
        feature,
        value as stand_in
    from {{ stand_ins_relation }}
    {% elif learned_relation %}
    select
        category,
        feature,
        missing_stand_in as stand_in
    from {{ learned_relation }}
    {% else %}
    {{ measure_stand_ins(values_relation, dataset) }}
    {% endif %}

),

filled as (

    select
        feature_values.category,
        feature_values.store_id,
        feature_values.feature,
        coalesce(feature_values.value, stand_ins.stand_in) as value,
        feature_values.value is null as is_imputed
    from feature_values
    left join stand_ins
        on
            feature_values.category = stand_ins.category
            and feature_values.feature = stand_ins.feature
            {% if is_by_store %}
            and feature_values.store_id = stand_ins.store_id
            {% endif %}

),

final as (

    select * from filled where value is not null

)

select * from final
{% endmacro %}
