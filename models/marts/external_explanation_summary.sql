with

final as (

    select distinct
        -- ids
        category,
        target,

        -- numerics
        cast(store_count as integer) as store_count,
        cast(cluster_count as integer) as cluster_count,
        cast(score as double) as score,
        cast(score_without as double) as score_without,
        cast(balanced_accuracy as double) as balanced_accuracy,
        cast(p_value as double) as p_value,

        -- the answer
        explains,
        sentence
    from {{ ref('mrg_external_explanations') }}

)

select * from final
