{#- How far the values of each feature have drifted since the run before: the population stability index
    over the deciles of then. A value on an edge is in the lower part. A part without stores counts as
    half a store, so that the index stays finite; one that neither run has adds nothing. -#}
with

known as (

    select
        category,
        dataset,
        feature,
        raw_value as value
    from {{ source('history', 'store_features') }}
    where raw_value is not null

),

present as (

    {% for dataset in ['internal', 'external'] %}
    select
        category,
        '{{ dataset }}' as dataset,
        feature,
        value
    from {{ ref('pre_' ~ dataset ~ '_values') }}
    where is_fitted and value is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

edges as (

    select
        category,
        dataset,
        feature,
        {% for tenth in range(1, 10) %}
        {{ percentile('value', tenth / 10) }} as edge_{{ tenth }}{{ ',' if not loop.last }}
        {% endfor %}
    from known
    group by category, dataset, feature

),

of_runs as (

    select *, false as is_present
    from known
    union all
    select *, true as is_present
    from present

),

parts as (

    select
        of_runs.category,
        of_runs.dataset,
        of_runs.feature,
        {% for tenth in range(1, 10) %}
        case when of_runs.value > edges.edge_{{ tenth }} then 1 else 0 end{{ ' +' if not loop.last }}
        {% endfor %}
            as part,
        of_runs.is_present
    from of_runs
    inner join edges
        on
            of_runs.category = edges.category
            and of_runs.dataset = edges.dataset
            and of_runs.feature = edges.feature

),

counts as (

    select
        category,
        dataset,
        feature,
        part,
        count(*) filter (where not is_present) as previous_count,
        count(*) filter (where is_present) as present_count,
        sum(count(*) filter (where not is_present)) over of_feature as previous_store_count,
        sum(count(*) filter (where is_present)) over of_feature as store_count
    from parts
    group by category, dataset, feature, part
    window of_feature as (partition by category, dataset, feature)

),

shares as (

    select
        *,
        greatest(previous_count, 0.5) / previous_store_count as previous_share,
        greatest(present_count, 0.5) / store_count as present_share
    from counts
    where store_count > 0

),

drifts as (

    select
        category,
        dataset,
        feature,
        previous_store_count,
        store_count,
        round({{ exact_sum('(present_share - previous_share) * ln(present_share / previous_share)') }}, 9)
            as stability_index
    from shares
    group by category, dataset, feature, previous_store_count, store_count

),

final as (

    select
        *,
        case
            when stability_index < 0.1 then 'steady'
            when stability_index < 0.25 then 'watch'
            else 'alarm'
        end as level
    from drifts

)

select * from final
