{#- What is known of one cluster of one stage; the figures of a stage follow from these. -#}
with

distances as (

    select * from {{ ref('mrg_stage_distances') }}

),

centroids as (

    select * from {{ ref('mrg_stage_centroids') }}

),

pairs as (

    select * from {{ ref('mrg_cluster_pairs') }}

),

silhouettes as (

    select * from {{ ref('mrg_silhouettes') }}

),

mix_distances as (

    select * from {{ ref('mrg_mix_distances') }}

),

spreads as (

    select
        category,
        stage,
        cluster,
        count(*) as store_count,
        {{ exact_mean('power(distance, 2)') }} as within_variance,
        {{ exact_mean('distance') }} as mean_distance,
        {{ percentile('distance', 0.9) }} as radius
    from distances
    group by category, stage, cluster

),

weighted as (

    select
        centroids.category,
        centroids.stage,
        centroids.cluster,
        centroids.dimension,
        centroids.value,
        spreads.store_count
    from centroids
    inner join spreads
        on
            centroids.category = spreads.category
            and centroids.stage = spreads.stage
            and centroids.cluster = spreads.cluster

),

middles as (

    select
        category,
        stage,
        dimension,
        {{ exact_sum('store_count * value') }} / sum(store_count) as value
    from weighted
    group by category, stage, dimension

),

offsets as (

    select
        weighted.category,
        weighted.stage,
        weighted.cluster,
        sqrt({{ exact_sum('power(weighted.value - middles.value, 2)') }}) as centre_distance
    from weighted
    inner join middles
        on
            weighted.category = middles.category
            and weighted.stage = middles.stage
            and weighted.dimension = middles.dimension
    group by weighted.category, weighted.stage, weighted.cluster

),

likenesses as (

    select
        pairs.category,
        pairs.stage,
        pairs.cluster,
        -- clusters on one spot are not compared, as in scikit-learn
        coalesce(
            max({{ safe_divide('spreads.mean_distance + others.mean_distance', 'pairs.distance') }}), 0
        ) as davies_bouldin
    from pairs
    inner join spreads
        on
            pairs.category = spreads.category
            and pairs.stage = spreads.stage
            and pairs.cluster = spreads.cluster
    inner join spreads as others
        on
            pairs.category = others.category
            and pairs.stage = others.stage
            and pairs.other_cluster = others.cluster
    group by pairs.category, pairs.stage, pairs.cluster

),

mean_silhouettes as (

    select
        category,
        stage,
        cluster,
        count(*) as store_count,
        {{ exact_mean('silhouette') }} as silhouette,
        {{ exact_mean('simplified_silhouette') }} as simplified_silhouette
    from silhouettes
    group by category, stage, cluster

),

mixes as (

    select
        category,
        stage,
        cluster,
        1 - {{ exact_mean('cluster_mix_distance') }} as mix_homogeneity,
        1 - {{ exact_mean('chain_mix_distance') }} as mix_homogeneity_chain
    from mix_distances
    group by category, stage, cluster

),

final as (

    select
        -- ids
        spreads.category,
        spreads.stage,
        spreads.cluster,

        -- in the space of the stage
        spreads.store_count,
        spreads.within_variance,
        spreads.mean_distance,
        spreads.radius,
        offsets.centre_distance,
        likenesses.davies_bouldin,
        mean_silhouettes.silhouette,
        mean_silhouettes.simplified_silhouette,
        mean_silhouettes.store_count as silhouette_stores,

        -- in the sales
        mixes.mix_homogeneity,
        mixes.mix_homogeneity_chain
    from spreads
    inner join offsets
        on
            spreads.category = offsets.category
            and spreads.stage = offsets.stage
            and spreads.cluster = offsets.cluster
    left join likenesses
        on
            spreads.category = likenesses.category
            and spreads.stage = likenesses.stage
            and spreads.cluster = likenesses.cluster
    left join mean_silhouettes
        on
            spreads.category = mean_silhouettes.category
            and spreads.stage = mean_silhouettes.stage
            and spreads.cluster = mean_silhouettes.cluster
    left join mixes
        on
            spreads.category = mixes.category
            and spreads.stage = mixes.stage
            and spreads.cluster = mixes.cluster

)

select * from final
