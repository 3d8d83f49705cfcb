{#- The stores of a category with other values than in the run before, as they were before any step
    changed them: a feature came or went, or its value differs by more than rounding. -#}
with

known as (

    select * from {{ source('history', 'store_features') }}

),

members as (

    select * from {{ ref('mrg_members') }}

),

previous as (

    select * from {{ ref('mrg_previous') }}

),

present as (

    {% for dataset in ['internal', 'external'] %}
    select
        category,
        store_id,
        '{{ dataset }}' as dataset,
        feature,
        value
    from {{ ref('pre_' ~ dataset ~ '_values') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

differences as (

    select
        coalesce(known.category, present.category) as category,
        coalesce(known.store_id, present.store_id) as store_id,
        coalesce(known.dataset, present.dataset) as dataset,
        count(*) as feature_count
    from known
    full outer join present
        on
            known.category = present.category
            and known.store_id = present.store_id
            and known.dataset = present.dataset
            and known.feature = present.feature
    where round(known.raw_value, 9) is distinct from round(present.value, 9)
    group by all

),

final as (

    select
        members.category,
        members.store_id,
        sum(differences.feature_count) as feature_count
    from members
    inner join previous
        on members.category = previous.category and members.store_id = previous.store_id
    inner join differences
        on
            members.store_id = differences.store_id
            and differences.category = case
                when differences.dataset = 'external' then {{ external_category('members.category') }}
                else members.category
            end
    group by members.category, members.store_id

)

select * from final
