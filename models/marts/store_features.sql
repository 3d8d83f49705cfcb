with

features as (

    {% for dataset in ['internal', 'external'] %}
    select
        raw_values.category,
        raw_values.store_id,
        '{{ dataset }}' as dataset,
        raw_values.feature,
        cast(raw_values.value as double) as raw_value,
        cast(scaled.value as double) as model_value,
        coalesce(treated.is_imputed, false) as is_imputed,
        coalesce(treated.is_winsorised, false) as is_winsorised
    from {{ ref('pre_' ~ dataset ~ '_values') }} as raw_values
    left join {{ ref('feat_' ~ dataset ~ '_treated') }} as treated
        on
            raw_values.category = treated.category
            and raw_values.store_id = treated.store_id
            and raw_values.feature = treated.feature
    left join {{ ref('feat_' ~ dataset ~ '_scaled') }} as scaled
        on
            raw_values.category = scaled.category
            and raw_values.store_id = scaled.store_id
            and raw_values.feature = scaled.feature
    where raw_values.is_fitted
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        category,
        store_id,
        dataset,
        feature,
        raw_value,
        model_value,
        is_imputed,
        is_winsorised
    from features

)

select * from final
