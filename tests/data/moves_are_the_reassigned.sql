-- The moved stores are the ones marked as reassigned, and they moved as the labels say. The merged label of a
-- thin store leads nowhere by itself.
select
    coalesce(store_clusters.category, moves.category) as category,
    coalesce(store_clusters.store_id, moves.store_id) as store_id
from {{ ref('store_clusters') }} as store_clusters
full join {{ ref('cluster_moves') }} as moves
    on
        store_clusters.category = moves.category
        and store_clusters.store_id = moves.store_id
where
    store_clusters.store_id is null
    or store_clusters.is_reassigned <> (moves.store_id is not null)
    or (store_clusters.thin_reason is null and store_clusters.merged_label <> moves.from_label)
    or store_clusters.final_label <> moves.to_label
