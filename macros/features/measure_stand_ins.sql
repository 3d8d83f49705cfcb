{#- What stands in for a missing value of a feature, over the fitted stores. knn and iterative look at
    the other features of a store instead, which no table can hold: for a store that is not fitted it
    is the median then. One row per category and feature. -#}
{% macro measure_stand_ins(values_relation, dataset) %}
{% set impute = setting(dataset ~ '.impute') %}
{% if impute.method == 'mode' %}
with

frequencies as (

    select
        category,
        feature,
        value,
        count(value) as store_count
    from {{ values_relation }}
    where is_fitted
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

)

select
    category,
    feature,
    value as stand_in
from ranked
where rank = 1
{% else %}
select
    category,
    feature,
    {% if impute.method == 'mean' %}
    {{ ordered_mean('value') }} as stand_in
    {% elif impute.method == 'constant' %}
    cast({{ impute.constant }} as double) as stand_in
    {% else %}
    {{ percentile('value', 0.5) }} as stand_in
    {% endif %}
from {{ values_relation }}
where is_fitted
group by category, feature
{% endif %}
{% endmacro %}
