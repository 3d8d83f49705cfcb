-- Every stage counts each clustered store once, but no thin one; the external stage those with an
-- external cluster.
with

expected as (

    {% for stage, column in [
        ('internal', 'internal_cluster_id'), ('external', 'external_cluster_id'),
        ('merged', 'merged_label'), ('final', 'final_cluster_id'),
    ] %}
    select
        category,
        '{{ stage }}' as stage,
        count({{ column }}) as store_count,
        count(distinct {{ column }}) as cluster_count
    from {{ ref('store_clusters') }}
    where thin_reason is null
    group by category
    having count({{ column }}) > 0
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

found as (

    select
        category,
        stage,
        max(case when metric = 'store_count' then value end) as store_count,
        max(case when metric = 'cluster_count' then value end) as cluster_count
    from {{ ref('cluster_metrics') }}
    group by category, stage

)

select *
from expected
full join found
    on expected.category = found.category and expected.stage = found.stage
where
    expected.store_count is distinct from found.store_count
    or expected.cluster_count is distinct from found.cluster_count
