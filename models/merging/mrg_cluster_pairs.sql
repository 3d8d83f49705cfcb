with

centroids as (

    select * from {{ ref('mrg_stage_centroids') }}

),

final as (

    select
        centroids.category,
        centroids.stage,
        centroids.cluster,
        others.cluster as other_cluster,
        sqrt({{ exact_sum('power(centroids.value - others.value, 2)') }}) as distance
    from centroids
    inner join centroids as others
        on
            centroids.category = others.category
            and centroids.stage = others.stage
            and centroids.dimension = others.dimension
    where centroids.cluster <> others.cluster
    group by centroids.category, centroids.stage, centroids.cluster, others.cluster

)

select * from final
