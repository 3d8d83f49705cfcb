-- The clusters are the clusters of the stores, with as many stores.
with

counted as (

    select
        category,
        final_cluster_id,
        count(*) as store_count
    from {{ ref('store_clusters') }}
    group by category, final_cluster_id

)

select
    coalesce(clusters.category, counted.category) as category,
    coalesce(clusters.final_cluster_id, counted.final_cluster_id) as final_cluster_id
from {{ ref('clusters') }} as clusters
full join counted
    on
        clusters.category = counted.category
        and clusters.final_cluster_id = counted.final_cluster_id
where clusters.store_count is distinct from counted.store_count
