{#- The used features in the form that distances make sense in. A sales mix is compositional: clr is
    the logarithm of a share against the geometric mean of its store's shares (Aitchison 1986),
    after a zero is replaced by 0.65 of the feature's smallest share (Martin-Fernandez, Barcelo-Vidal
    and Pawlowsky-Glahn 2003); hellinger is the square root of the share. Features that are no shares
    (is_transformed is false) pass as they are and do not count in the geometric mean. -#}
{% macro transform_features(values_relation, selection_relation, dataset) %}
{% set method = setting(dataset ~ '.transform.method') %}
with

feature_values as (

    select
        feature_values.category,
        feature_values.store_id,
        feature_values.is_fitted,
        feature_values.feature,
        feature_values.is_transformed,
        feature_values.value
    from {{ values_relation }} as feature_values
    inner join {{ selection_relation }} as selection
        on
            feature_values.category = selection.category
            and feature_values.feature = selection.feature
    where selection.is_used

),

{% if method == 'clr' %}
smallest as (

    {{ measure_zeros('feature_values') }}

),

logs as (

    select
        feature_values.category,
        feature_values.store_id,
        feature_values.is_fitted,
        feature_values.feature,
        case
            when feature_values.value > 0 then ln(feature_values.value)
            when feature_values.value is not null then ln(smallest.stand_in)
        end as log_value
    from feature_values
    left join smallest
        on
            feature_values.category = smallest.category
            and feature_values.feature = smallest.feature
    where feature_values.is_transformed

),

centres as (

    select
        category,
        store_id,
        {{ exact_mean('log_value') }} as log_mean
    from logs
    group by category, store_id

),

final as (

    select
        logs.category,
        logs.store_id,
        logs.is_fitted,
        logs.feature,
        logs.log_value - centres.log_mean as value
    from logs
    inner join centres
        on logs.category = centres.category and logs.store_id = centres.store_id
    union all
    select
        category,
        store_id,
        is_fitted,
        feature,
        value
    from feature_values
    where not is_transformed

)
{% else %}
final as (

    select
        category,
        store_id,
        is_fitted,
        feature,
        {% if method == 'hellinger' %}
        case
            when not is_transformed then value
            when value >= 0 then sqrt(value)
        end as value
        {% else %}
        value
        {% endif %}
    from feature_values

)
{% endif %}

select * from final
{% endmacro %}
