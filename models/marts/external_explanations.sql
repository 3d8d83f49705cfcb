with

final as (

    select
        -- ids
        category,
        target,
        feature,

        -- numerics
        cast(importance as double) as importance,
        cast(importance_spread as double) as importance_spread,
        cast(rank as integer) as rank,

        -- without a model that is better than chance the importances are chance, too
        explains
    from {{ ref('mrg_external_explanations') }}
    where feature is not null

)

select * from final
