{#- A plain name from the two features that differ most, such as "High rum, low median income". An
    effect below half a standard deviation says nothing. Two clusters of the same name get their
    label behind it. -#}
with

profiles as (

    select * from {{ ref('mrg_profiles') }}

),

labels as (

    select distinct
        category,
        final_cluster_id,
        final_label
    from {{ ref('mrg_members') }}

),

words as (

    select
        category,
        final_cluster_id,
        max(case when rank = 1 then direction || feature end) as first_words,
        max(case when rank = 2 then direction || feature end) as second_words
    from (
        select
            *,
            case when effect_size > 0 then 'high ' else 'low ' end as direction
        from profiles
        where is_used and rank <= 2 and abs(effect_size) >= 0.5
    )
    group by category, final_cluster_id

),

names as (

    select
        labels.category,
        labels.final_cluster_id,
        labels.final_label,
        coalesce(
            words.first_words || coalesce(', ' || words.second_words, ''), 'average stores'
        ) as words
    from labels
    left join words
        on
            labels.category = words.category
            and labels.final_cluster_id = words.final_cluster_id

),

final as (

    select
        category,
        final_cluster_id,
        final_label,
        upper(substr(words, 1, 1)) || substr(words, 2)
        || case
            when count(*) over (partition by category, words) > 1
                then ' (' || final_label || ')'
            else ''
        end as name
    from names

)

select * from final
