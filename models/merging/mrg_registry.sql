{#- What was ever published, and what this run adds. An id that this run does not have is retired, and
    stays so: it is never used again. -#}
with

known as (

    select * from {{ source('history', 'cluster_registry') }}

),

present as (

    select
        category,
        'internal' as dataset,
        cluster_id
    from {{ ref('ml_internal_ids') }}
    union all
    select
        category,
        'external' as dataset,
        cluster_id
    from {{ ref('ml_external_ids') }}
    union all
    select distinct
        category,
        'final' as dataset,
        final_cluster_id as cluster_id
    from {{ ref('mrg_members') }}

),

final as (

    select
        coalesce(present.category, known.category) as category,
        coalesce(present.dataset, known.dataset) as dataset,
        coalesce(present.cluster_id, known.cluster_id) as cluster_id,
        coalesce(known.first_run_id, {{ sql_text(invocation_id) }}) as first_run_id,
        case
            when present.cluster_id is null then known.last_run_id
            else {{ sql_text(invocation_id) }}
        end as last_run_id,
        case when present.cluster_id is null then 'retired' else 'active' end as status
    from known
    full outer join present
        on
            known.category = present.category
            and known.dataset = present.dataset
            and known.cluster_id = present.cluster_id

)

select * from final
