{#- How far the sales mix of a store is from a mean mix: half the sum of the absolute differences of
    the shares (total variation distance), which is the share of its sales that would have to move to
    other need states to match it. A mean mix is over stores, each counting the same whatever it
    sells, for a plan is made for every store of a cluster. -#}
with

shares as (

    select
        category,
        store_id,
        feature,
        value as share
    from {{ ref('pre_internal_values') }}
    where is_transformed

),

stages as (

    select * from {{ ref('mrg_stages') }}

),

-- the shares once per stage are the largest rows of all: read three times they need not be kept
stage_shares as not materialized (

    select
        stages.category,
        stages.stage,
        stages.cluster,
        stages.store_id,
        shares.feature,
        shares.share
    from stages
    inner join shares
        on stages.category = shares.category and stages.store_id = shares.store_id

),

cluster_mixes as (

    select
        category,
        stage,
        cluster,
        feature,
        {{ exact_mean('share') }} as share
    from stage_shares
    group by category, stage, cluster, feature

),

chain_mixes as (

    select
        category,
        stage,
        feature,
        {{ exact_mean('share') }} as share
    from stage_shares
    group by category, stage, feature

),

final as (

    select
        stage_shares.category,
        stage_shares.stage,
        stage_shares.store_id,
        stage_shares.cluster,
        {{ exact_sum('abs(stage_shares.share - cluster_mixes.share)') }} / 2 as cluster_mix_distance,
        {{ exact_sum('abs(stage_shares.share - chain_mixes.share)') }} / 2 as chain_mix_distance
    from stage_shares
    inner join cluster_mixes
        on
            stage_shares.category = cluster_mixes.category
            and stage_shares.stage = cluster_mixes.stage
            and stage_shares.cluster = cluster_mixes.cluster
            and stage_shares.feature = cluster_mixes.feature
    inner join chain_mixes
        on
            stage_shares.category = chain_mixes.category
            and stage_shares.stage = chain_mixes.stage
            and stage_shares.feature = chain_mixes.feature
    group by
        stage_shares.category, stage_shares.stage, stage_shares.store_id, stage_shares.cluster

)

select * from final
