with

final as (

    select
        -- ids
        category,
        cast(final_cluster_id as integer) as final_cluster_id,
        dataset,
        feature,

        -- numerics
        cast(cluster_mean as double) as cluster_mean,
        cast(chain_mean as double) as chain_mean,
        cast(index_vs_chain as double) as index_vs_chain,
        cast(effect_size as double) as effect_size,
        cast(variance_explained as double) as variance_explained,
        is_used,
        cast(rank as integer) as rank
    from {{ ref('mrg_profiles') }}

)

select * from final
