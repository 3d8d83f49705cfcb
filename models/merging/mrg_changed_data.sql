{#- The stores of a category with other values than in the run before, as they were before any step
    changed them: a feature came or went, or its value differs by more than rounding. -#}
with

known as (

    select * from {{ source('history', 'store_features') }}

),

placements as (

    select * from {{ ref('mrg_placements') }} where is_fitted or is_thin

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
    where is_fitted
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
        placements.category,
        placements.store_id,
        sum(differences.feature_count) as feature_count
    from placements
    inner join previous
        on placements.category = previous.category and placements.store_id = previous.store_id
    inner join differences
        on
            placements.store_id = differences.store_id
            and differences.category = case
                when differences.dataset = 'external' then {{ external_category('placements.category') }}
                else placements.category
            end
    group by placements.category, placements.store_id

)

select * from final
