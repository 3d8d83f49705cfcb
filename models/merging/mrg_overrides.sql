{#- Whether each override can be applied, and to what. The cluster that it asks for is the number of a
    final cluster if it is a whole number, else its label as it was published last: a later run may give
    the label to another cluster, and under joint and consensus does. A thin store, which is planned for,
    is put into a cluster as well, of those that clustered stores are left in. -#}
{% set method = setting('merging.method') %}
{% set today = run_started_at.strftime('%Y-%m-%d') %}
with

overrides as (

    select
        *,
        coalesce(until < cast({{ sql_text(today) }} as date), false) as is_expired
    from {{ ref('stg_overrides') }}
    where rejected_reason is null

),

constrained as (

    select * from {{ ref('mrg_constrained') }}

),

ids as (

    select * from {{ ref('mrg_ids') }}

),

thin as (

    select * from {{ ref('mrg_labels') }} where is_thin

),

published as (

    select * from {{ source('history', 'clusters') }}

),

category_stores as (

    select * from {{ ref('pre_category_stores') }}

),

labels as (

    select
        ids.category,
        ids.final_cluster_id,
        published.final_label as label
    from ids
    inner join published
        on ids.category = published.category and ids.final_cluster_id = published.final_cluster_id
    union all
    select
        ids.category,
        ids.final_cluster_id,
        ids.final_label as label
    from ids
    anti join published on ids.category = published.category and ids.final_label = published.final_label

),

choices as (

    select
        category,
        string_agg(cast(final_cluster_id as varchar) || ' (' || final_label || ')', ', ' order by final_cluster_id)
            as clusters
    from ids
    group by category

),

matched as (

    select
        overrides.*,
        constrained.constrained_label,
        thin.store_id is not null as is_thin,
        not regexp_full_match(overrides.cluster, '[0-9]+') as is_label,
        ids.final_label,
        ids.final_cluster_id
    from overrides
    left join constrained
        on overrides.category = constrained.category and overrides.store_id = constrained.store_id
    left join thin
        on overrides.category = thin.category and overrides.store_id = thin.store_id
    left join labels
        on
            overrides.category = labels.category
            and overrides.cluster = labels.label
            and not regexp_full_match(overrides.cluster, '[0-9]+')
    left join ids
        on
            overrides.category = ids.category
            and case
                when regexp_full_match(overrides.cluster, '[0-9]+')
                    then overrides.cluster = cast(ids.final_cluster_id as varchar)
                else ids.final_cluster_id = labels.final_cluster_id
            end

),

-- what contradicts itself is not decided by the order of the rows
wishes as (

    select
        category,
        store_id,
        max(final_label) as final_label,
        count(distinct final_label) as cluster_count
    from matched
    where not is_expired
    group by category, store_id

),

-- the clusters that a clustered store is left in when people have decided
occupied as (

    select distinct
        constrained.category,
        coalesce(wishes.final_label, constrained.constrained_label) as final_label
    from constrained
    left join wishes
        on
            constrained.category = wishes.category
            and constrained.store_id = wishes.store_id
            and wishes.cluster_count = 1

),

judged as (

    select
        matched.*,
        case
            when matched.is_expired then 'it held until ' || cast(matched.until as varchar)
            when choices.category is null
                then 'no category of that name has clusters'
            when matched.store_id not in (select store_id from category_stores)
                then 'no source knows the store'
            when matched.constrained_label is null and not matched.is_thin
                then
                    'the store takes no part in finding the clusters of the category'
                    || coalesce(': ' || category_stores.excluded_reason, '')
            {% if method != 'cross' %}
            when matched.is_label
                then
                    'the method {{ method }} gives labels such as ' || matched.cluster
                    || ' anew in every run: write the number of the cluster; there are ' || choices.clusters
            {% endif %}
            when matched.final_label is null
                then 'there is no such cluster; there are ' || choices.clusters
            when wishes.cluster_count > 1
                then 'other overrides ask for another cluster of the store: keep one'
            when matched.is_thin and occupied.final_label is null
                then 'other overrides leave no clustered store in that cluster: choose another one'
        end as obstacle
    from matched
    left join choices on matched.category = choices.category
    left join category_stores
        on
            matched.category = category_stores.category
            and matched.store_id = category_stores.store_id
    left join wishes
        on matched.category = wishes.category and matched.store_id = wishes.store_id
    left join occupied
        on matched.category = occupied.category and matched.final_label = occupied.final_label

),

final as (

    select
        -- ids
        file,
        line,
        category,
        store_id,

        -- what was asked for
        cluster,
        author,
        reason,
        until,

        -- what became of it
        case
            when is_expired then 'expired'
            when obstacle is not null then 'refused'
            else 'applied'
        end as status,
        case
            when obstacle is not null then obstacle
            when is_thin then 'put into ' || final_label || ', whatever its external data say'
            when final_label = constrained_label then 'held in ' || final_label || ', where it was'
            else 'moved from ' || constrained_label || ' to ' || final_label
        end as explanation,
        case when obstacle is null then final_label end as final_label,
        case when obstacle is null then final_cluster_id end as final_cluster_id
    from judged

)

select * from final
