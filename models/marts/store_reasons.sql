with

contributions as (

    select * from {{ ref('mrg_contributions') }}

),

assignments as (

    select * from {{ ref('mrg_assignments') }}

),

profiles as (

    select * from {{ ref('mrg_profiles') }}

),

feature_values as (

    select * from {{ ref('mrg_values') }}

),

words as (

    select * from {{ ref('mrg_words') }}

),

compared as (

    select
        contributions.*,
        coalesce(words.words, contributions.feature) as words,
        assignments.final_cluster_id,
        assignments.second_cluster_id,
        feature_values.value,
        own.cluster_mean,
        second.cluster_mean as second_cluster_mean,
        coalesce(own.is_share, second.is_share, false) as is_share
    from contributions
    inner join assignments
        on
            contributions.category = assignments.category
            and contributions.store_id = assignments.store_id
    left join words
        on
            contributions.category = words.category
            and contributions.dataset = words.dataset
            and contributions.feature = words.feature
    left join feature_values
        on
            contributions.category = feature_values.category
            and contributions.store_id = feature_values.store_id
            and contributions.dataset = feature_values.dataset
            and contributions.feature = feature_values.feature
    left join profiles as own
        on
            assignments.category = own.category
            and assignments.final_cluster_id = own.final_cluster_id
            and contributions.dataset = own.dataset
            and contributions.feature = own.feature
    left join profiles as second
        on
            assignments.category = second.category
            and assignments.second_cluster_id = second.final_cluster_id
            and contributions.dataset = second.dataset
            and contributions.feature = second.feature

),

worded as (

    select
        *,
        coalesce({{ say_number('value', 'is_share') }}, 'not known') as said,
        coalesce({{ say_number('cluster_mean', 'is_share') }}, 'not known') as cluster_said,
        coalesce({{ say_number('second_cluster_mean', 'is_share') }}, 'not known') as second_said
    from compared

),

final as (

    select
        -- ids
        category,
        store_id,
        cast(rank as integer) as rank,
        dataset,
        feature,

        -- the clusters it decides between
        cast(final_cluster_id as integer) as final_cluster_id,
        cast(second_cluster_id as integer) as second_cluster_id,

        -- numerics
        cast(value as double) as value,
        cast(cluster_mean as double) as cluster_mean,
        cast(second_cluster_mean as double) as second_cluster_mean,
        cast(contribution as double) as contribution,

        -- the same in words
        upper(substr(words, 1, 1)) || substr(words, 2) || ' is ' || said
        || case when is_share and value is not null then ' of its sales' else '' end
        || '; on average ' || cluster_said || ' in its cluster and ' || second_said
        || ' in cluster ' || cast(second_cluster_id as varchar) || ': speaks for '
        || case
            when contribution > 0 then 'its cluster'
            else 'cluster ' || cast(second_cluster_id as varchar)
        end as sentence
    from worded

)

select * from final
