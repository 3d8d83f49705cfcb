with

features as (

    {% for dataset in ['internal', 'external'] %}
    select
        selection.category,
        '{{ dataset }}' as dataset,
        selection.feature,
        selection.is_used and scales.is_used as is_used,
        case
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
    {{ 'union all' if not loop.last }}
    {% endfor %}

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
    from features

)

select * from final
