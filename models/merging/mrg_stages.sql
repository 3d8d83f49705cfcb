{#- Every stage of the clustering in one form. -#}
with

labels as (

    select * from {{ ref('mrg_labels') }} where is_fitted

),

members as (

    select * from {{ ref('mrg_members') }}

),

final as (

    select
        category,
        'internal' as stage,
        store_id,
        cast(internal_cluster_id as varchar) as cluster
    from labels
    union all
    select
        category,
        'external' as stage,
        store_id,
        cast(external_cluster_id as varchar) as cluster
    from labels
    where external_cluster_id is not null
    union all
    select
        category,
        'merged' as stage,
        store_id,
        merged_label as cluster
    from labels
    union all
    select
        category,
        'final' as stage,
        store_id,
        cast(final_cluster_id as varchar) as cluster
    from members

)

select * from final
