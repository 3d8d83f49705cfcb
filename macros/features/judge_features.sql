{#- What each feature is on its own, and the first reason against it, if there is one. What the
    settings ignore but no store has gets a row as well: a name that is misspelt has to be seen.
    One row per category and feature. -#}
{% macro judge_features(values_relation, dataset) %}
{% set filter = setting(dataset ~ '.filter') %}
{% set too_few = setting('internal.too_few_stores') %}
with

feature_values as (

    select * from {{ values_relation }} where is_fitted

),

means as (

    select
        category,
        feature,
        max(case when is_transformed then 1 else 0 end) = 1 as is_transformed,
        count(*) as store_count,
        count(value) as value_count,
        min(value) as lowest,
        max(value) as highest,
        {{ ordered_mean('value') }} as mean
    from feature_values
    group by category, feature

),

variances as (

    select
        feature_values.category,
        feature_values.feature,
        {{ ordered_mean('power(feature_values.value - means.mean, 2)') }} as variance
    from feature_values
    inner join means
        on feature_values.category = means.category and feature_values.feature = means.feature
    group by feature_values.category, feature_values.feature

),

shares as (

    select
        means.*,
        variances.variance,
        1 - cast(means.value_count as double) / means.store_count as missing_share
    from means
    inner join variances
        on means.category = variances.category and means.feature = variances.feature

),

judged as (

    select
        -- ids
        category,
        feature,

        -- numerics
        store_count,
        missing_share,
        variance,

        -- what speaks against it
        case
            {% if dataset == 'internal' and too_few.fallback == 'external_only' %}
            when store_count < {{ too_few.minimum_stores }} then {{ too_few_stores('store_count') }}
            {% elif dataset == 'internal' and too_few.fallback == 'stop' %}
            when store_count < {{ too_few.minimum_stores }}
                then error(
                    'internal.too_few_stores stops the build, as it is asked to: fewer stores than '
                    || 'the minimum of {{ too_few.minimum_stores }} sell in '
                    || (
                        select string_agg(category || ' (' || store_count || ')', ', ' order by category)
                        from (
                            select distinct category, store_count
                            from means
                            where store_count < {{ too_few.minimum_stores }}
                        )
                    )
                    || '. Lower the minimum, choose another fallback, or take out their sales'
                )
            {% endif %}
            when feature in {{ sql_texts(filter.ignored_features) }} then 'ignored by the settings'
            when value_count = 0 then 'no value in any store'
            when missing_share > {{ filter.maximum_missing_share }}
                then
                    'missing in ' || cast(cast(round(100 * missing_share) as integer) as varchar)
                    || ' % of the stores'
            {% if setting(dataset ~ '.transform.method') != 'none' %}
            when is_transformed and lowest < 0 then 'negative, and the transform is for shares'
            when is_transformed and highest <= 0
                then 'never positive, and the transform is for shares'
            {% endif %}
            when highest = lowest then 'the same value in every store'
            when variance < {{ filter.minimum_variance }} then 'varies less than the minimum'
        end as unused_reason
    from shares

),

ignored as (

    {% for feature in filter.ignored_features or [] %}
    select {{ sql_text(feature) }} as feature
    union
    {% endfor %}
    select null as feature

),

final as (

    select * from judged
    union all
    select
        'all' as category,
        ignored.feature,
        0 as store_count,
        null as missing_share,
        null as variance,
        'ignored by the settings, and not in the data' as unused_reason
    from ignored
    where
        ignored.feature is not null
        and ignored.feature not in (select judged.feature from judged)

)

select * from final
{% endmacro %}
