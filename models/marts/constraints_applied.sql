{#- What each constraint of the settings did to each store that it names; a split names them all. -#}
{% set merging = setting('merging') %}
with

constrained as (

    select * from {{ ref('mrg_constrained') }}

),

members as (

    select * from {{ ref('mrg_members') }}

),

-- a thin store is where its external data lead, unless a person decided otherwise
thin as (

    select * from {{ ref('store_clusters') }} where thin_reason is not null

),

category_stores as (

    select * from {{ ref('pre_category_stores') }}

),

excluded as (

    select
        category,
        store_id,
        'excluded_stores' as constraint_kind,
        'excluded_stores' as group_name,
        cast(null as varchar) as from_label,
        cast(null as varchar) as to_label,
        'has no cluster' as explanation
    from category_stores
    where store_id in {{ sql_texts(merging.excluded_stores) }}

),

groups as (

    {% for path, stores in group_stores().items() %}
    select
        {{ sql_text(path.split('.')[1]) }} as constraint_kind,
        {{ sql_text(path.split('.', 2)[2]) }} as group_name,
        unnest({{ sql_list(stores) }}) as store_id
    union all
    {% endfor %}
    select
        cast(null as varchar) as constraint_kind,
        cast(null as varchar) as group_name,
        cast(null as varchar) as store_id
    where false

),

grouped as (

    select
        category_stores.category,
        category_stores.store_id,
        groups.constraint_kind,
        groups.group_name,
        coalesce(constrained.divided_label, thin.final_label) as from_label,
        coalesce(constrained.constrained_label, thin.final_label) as to_label,
        case
            when thin.store_id is not null
                then
                    'not held: a thin store (' || thin.thin_reason || ') is where its external data lead, or '
                    || 'an override; write an override to have it elsewhere'
            when constrained.store_id is null
                then 'takes no part: ' || coalesce(category_stores.excluded_reason, 'has no cluster')
            when members.constraint_kind = 'override' and members.final_label <> constrained.constrained_label
                then 'an override put it into ' || members.final_label || ' after that'
            when constrained.reason is not null then constrained.reason
            else 'stays where it was'
        end as explanation
    from groups
    inner join category_stores on groups.store_id = category_stores.store_id
    left join constrained
        on
            category_stores.category = constrained.category
            and category_stores.store_id = constrained.store_id
    left join thin
        on
            category_stores.category = thin.category
            and category_stores.store_id = thin.store_id
    left join members
        on
            category_stores.category = members.category
            and category_stores.store_id = members.store_id

),

splits as (

    {% for moment, from_label, to_label in [
        ('before', "split_part(members.merged_label, '/', 1)", 'members.merged_label'),
        ('after', 'constrained.settled_label', 'constrained.divided_label'),
    ] if merging['split_' ~ moment] %}
    select
        constrained.category,
        constrained.store_id,
        'split_{{ moment }}' as constraint_kind,
        {{ sql_text(merging['split_' ~ moment]) }} as group_name,
        {{ from_label }} as from_label,
        {{ to_label }} as to_label,
        'divided by ' || {{ sql_text(merging['split_' ~ moment]) }} as explanation
    from constrained
    inner join members
        on constrained.category = members.category and constrained.store_id = members.store_id
    union all
    {% endfor %}
    select
        category,
        store_id,
        cast(null as varchar) as constraint_kind,
        cast(null as varchar) as group_name,
        cast(null as varchar) as from_label,
        cast(null as varchar) as to_label,
        cast(null as varchar) as explanation
    from constrained
    where false

),

final as (

    select * from excluded
    union all
    select * from grouped
    union all
    select * from splits

)

select * from final
