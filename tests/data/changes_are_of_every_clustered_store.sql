-- What is said of changes is said of all stores with a cluster, the thin ones too: a store that has one has
-- not gone, and every one was in the run before or is new.
select
    changes.category,
    changes.store_id
from {{ ref('cluster_changes') }} as changes
left join {{ ref('store_clusters') }} as store_clusters
    on
        changes.category = store_clusters.category
        and changes.store_id = store_clusters.store_id
where
    changes.final_cluster_id is distinct from store_clusters.final_cluster_id
    or changes.final_label is distinct from store_clusters.final_label
union all
select
    coalesce(stability.category, counted.category) as category,
    cast(null as varchar) as store_id
from {{ ref('run_stability') }} as stability
full join (
    select
        category,
        count(*) as store_count
    from {{ ref('store_clusters') }}
    group by category
) as counted on stability.category = counted.category
where stability.shared_store_count + stability.new_store_count is distinct from counted.store_count
