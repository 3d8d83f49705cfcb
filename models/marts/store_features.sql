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
        coalesce(imputed.is_imputed, false) as is_imputed
    from {{ ref('pre_' ~ dataset ~ '_values') }} as raw_values
    left join {{ ref('feat_' ~ dataset ~ '_imputed') }} as imputed
        on
            raw_values.category = imputed.category
            and raw_values.store_id = imputed.store_id
            and raw_values.feature = imputed.feature
    left join {{ ref('feat_' ~ dataset ~ '_scaled') }} as scaled
        on
            raw_values.category = scaled.category
            and raw_values.store_id = scaled.store_id
            and raw_values.feature = scaled.feature
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
        is_imputed
    from features

)

select * from final
