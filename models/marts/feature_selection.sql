with

features as (

    {% for dataset in ['internal', 'external'] %}
    select
        selection.category,
        '{{ dataset }}' as dataset,
        selection.feature,
        selection.is_used and scales.is_used as is_used,
        case
            when selection.is_used and unfitted.category is not null
                then 'every store is an outlier and left out of the fit'
            when selection.is_used and scales.feature is null
                then 'no value is left after the transform'
            when selection.is_used and not scales.is_used
                then 'the same value in every store that is fitted'
            else selection.reason
        end as reason,
        selection.missing_share,
        selection.variance
    from {{ ref('feat_' ~ dataset ~ '_selection') }} as selection
    left join {{ ref('feat_' ~ dataset ~ '_scales') }} as scales
        on selection.category = scales.category and selection.feature = scales.feature
    left join (
        select category
        from {{ ref('feat_' ~ dataset ~ '_outliers') }}
        group by category
        having bool_and(is_excluded)
    ) as unfitted on selection.category = unfitted.category
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

external_categories as (

    {% if setting('external.per_category') %}
    select distinct category from {{ ref('feat_external_outliers') }}
    {% else %}
    select 'all' as category
    {% endif %}

),

-- values of a category or of a split that are too rare for a feature of their own
rare as (

    select
        external_categories.category,
        'external' as dataset,
        feature,
        false as is_used,
        unused_reason as reason,
        cast(null as double) as missing_share,
        cast(null as double) as variance
    from {{ ref('pre_external_features') }}
    cross join external_categories
    where
        unused_reason is not null
        -- that one is shown as ignored; a list of none makes the comparison null
        and not coalesce(
            feature in {{ sql_texts(setting('external.filter.ignored_features')) }}, false
        )

),

irrelevant as (

    select
        external_categories.category,
        'external' as dataset,
        external_features.feature,
        false as is_used,
        'not relevant to the category by the settings' as reason,
        cast(null as double) as missing_share,
        cast(null as double) as variance
    from {{ ref('pre_external_features') }} as external_features
    cross join external_categories
    where
        external_features.unused_reason is null
        and not {{ is_relevant('external_categories.category', 'external_features.name') }}

),

combined as (

    select * from features
    union all
    select * from rare
    union all
    select * from irrelevant

),

final as (

    select
        category,
        dataset,
        feature,
        coalesce(is_used, false) as is_used,
        reason,
        missing_share,
        variance
    from combined

)

select * from final
