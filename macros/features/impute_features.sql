{#- Every store gets a value for every feature; what stood in for a missing one is marked. knn and
    iterative look at all features together: their stand-ins come from the Python model behind
    stand_ins_relation. A feature that the transform left no value of (the root of a negative
    number) ends here. -#}
{% macro impute_features(values_relation, stand_ins_relation, dataset) %}
{% set impute = setting(dataset ~ '.impute') %}
with

feature_values as (

    select * from {{ values_relation }}

),

{% if impute.method in ['knn', 'iterative'] %}
stand_ins as (

    select
        category,
        store_id,
        feature,
        value as stand_in
    from {{ stand_ins_relation }}

),
{% elif impute.method == 'mode' %}
frequencies as (

    select
        category,
        feature,
        value,
        count(value) as store_count
    from feature_values
    group by category, feature, value

),

ranked as (

    select
        category,
        feature,
        value,
        row_number() over (
            partition by category, feature order by store_count desc, value
        ) as rank
    from frequencies

),

stand_ins as (

    select
        category,
        feature,
        value as stand_in
    from ranked
    where rank = 1

),
{% else %}
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
{% endif %}

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
            {% if impute.method in ['knn', 'iterative'] %}
            and feature_values.store_id = stand_ins.store_id
            {% endif %}

),

final as (

    select * from filled where value is not null

)

select * from final
{% endmacro %}
