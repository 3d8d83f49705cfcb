{#- What sets a final cluster apart, in the units of the data. -#}
with

feature_values as (

    select
        category,
        store_id,
        'internal' as dataset,
        feature,
        value
    from {{ ref('pre_internal_values') }}
    union all
    select
        members.category,
        external_values.store_id,
        'external' as dataset,
        external_values.feature,
        external_values.value
    from {{ ref('mrg_members') }} as members
    inner join {{ ref('pre_external_values') }} as external_values
        on
            members.store_id = external_values.store_id
            and external_values.category = {{ external_category('members.category') }}

),

member_values as (

    select
        feature_values.*,
        members.final_cluster_id
    from feature_values
    inner join {{ ref('mrg_members') }} as members
        on
            feature_values.category = members.category
            and feature_values.store_id = members.store_id
    where feature_values.value is not null

),

chain as (

    select
        category,
        dataset,
        feature,
        count(*) as chain_count,
        {{ ordered_sum('value') }} as chain_sum,
        {{ ordered_mean('value') }} as chain_mean
    from member_values
    group by category, dataset, feature

),

spreads as (

    select
        member_values.category,
        member_values.dataset,
        member_values.feature,
        sqrt({{ ordered_mean('power(member_values.value - chain.chain_mean, 2)') }})
            as chain_standard_deviation
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
            'spreads.chain_standard_deviation'
        ) }}, 0) as effect_size
    from clusters
    inner join chain
        on
            clusters.category = chain.category
            and clusters.dataset = chain.dataset
            and clusters.feature = chain.feature
    inner join spreads
        on
            clusters.category = spreads.category
            and clusters.dataset = spreads.dataset
            and clusters.feature = spreads.feature

),

selections as (

    select
        'internal' as dataset,
        category,
        feature,
        is_used
    from {{ ref('feat_internal_selection') }}
    union all
    select
        'external' as dataset,
        category,
        feature,
        is_used
    from {{ ref('feat_external_selection') }}

),

final as (

    select
        effects.*,
        coalesce(selections.is_used, false) as is_used,
        -- what the clustering did not see cannot set a cluster apart
        row_number() over (
            partition by effects.category, effects.final_cluster_id
            order by
                coalesce(selections.is_used, false) desc,
                round(abs(effects.effect_size), 6) desc,
                effects.dataset desc,
                effects.feature
        ) as rank
    from effects
    left join selections
        on
            effects.dataset = selections.dataset
            and effects.feature = selections.feature
            and selections.category = case
                when effects.dataset = 'internal' then effects.category
                else {{ external_category('effects.category') }}
            end

)

select * from final
