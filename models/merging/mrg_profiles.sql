{#- What sets a final cluster apart, in the units of the data. -#}
with

member_values as (

    select * from {{ ref('mrg_values') }}

),

chain as (

    select
        category,
        dataset,
        feature,
        is_share,
        is_used,
        count(*) as chain_count,
        {{ ordered_sum('value') }} as chain_sum,
        {{ ordered_mean('value') }} as chain_mean
    from member_values
    group by category, dataset, feature, is_share, is_used

),

variances as (

    select
        member_values.category,
        member_values.dataset,
        member_values.feature,
        {{ ordered_mean('power(member_values.value - chain.chain_mean, 2)') }} as chain_variance
    from member_values
    inner join chain
        on
            member_values.category = chain.category
            and member_values.dataset = chain.dataset
            and member_values.feature = chain.feature
    group by member_values.category, member_values.dataset, member_values.feature

),

clusters as (

    select
        category,
        final_cluster_id,
        dataset,
        feature,
        count(*) as cluster_count,
        {{ ordered_sum('value') }} as cluster_sum,
        {{ ordered_mean('value') }} as cluster_mean
    from member_values
    group by category, final_cluster_id, dataset, feature

),

between_clusters as (

    select
        clusters.category,
        clusters.dataset,
        clusters.feature,
        {{ ordered_sum(
            'clusters.cluster_count * power(clusters.cluster_mean - chain.chain_mean, 2)'
        ) }} as sum_of_squares
    from clusters
    inner join chain
        on
            clusters.category = chain.category
            and clusters.dataset = chain.dataset
            and clusters.feature = chain.feature
    group by clusters.category, clusters.dataset, clusters.feature

),

effects as (

    select
        clusters.category,
        clusters.final_cluster_id,
        clusters.dataset,
        clusters.feature,
        clusters.cluster_mean,
        chain.chain_mean,
        case
            when chain.chain_mean > 0 then 100 * clusters.cluster_mean / chain.chain_mean
        end as index_vs_chain,
        -- the cluster against all other stores, in standard deviations
        coalesce({{ safe_divide(
            'clusters.cluster_mean - ' ~ safe_divide(
                'chain.chain_sum - clusters.cluster_sum',
                '(chain.chain_count - clusters.cluster_count)'
            ),
            'sqrt(variances.chain_variance)'
        ) }}, 0) as effect_size,
        -- eta squared: how much of the variance lies between the clusters, over all of them
        least(1, coalesce({{ safe_divide(
            'between_clusters.sum_of_squares', '(chain.chain_count * variances.chain_variance)'
        ) }}, 0)) as variance_explained,
        chain.is_share,
        chain.is_used
    from clusters
    inner join chain
        on
            clusters.category = chain.category
            and clusters.dataset = chain.dataset
            and clusters.feature = chain.feature
    inner join variances
        on
            clusters.category = variances.category
            and clusters.dataset = variances.dataset
            and clusters.feature = variances.feature
    inner join between_clusters
        on
            clusters.category = between_clusters.category
            and clusters.dataset = between_clusters.dataset
            and clusters.feature = between_clusters.feature

),

final as (

    select
        *,
        -- what the clustering did not see cannot set a cluster apart
        row_number() over (
            partition by category, final_cluster_id
            order by is_used desc, round(abs(effect_size), 6) desc, dataset desc, feature
        ) as rank
    from effects

)

select * from final
