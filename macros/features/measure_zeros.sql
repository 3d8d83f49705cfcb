{#- What stands in for a share of zero, whose logarithm there is not: 0.65 of the feature's smallest share
    (Martin-Fernandez, Barcelo-Vidal and Pawlowsky-Glahn 2003). One row per category and feature. -#}
{% macro measure_zeros(values_relation) %}
select
    category,
    feature,
    0.65 * min(value) as stand_in
from {{ values_relation }}
where is_fitted and is_transformed and value > 0
group by category, feature
{% endmacro %}
