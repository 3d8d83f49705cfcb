-- A run without a single cluster is not worth publishing: look at marts.stores_without_cluster.
select count(*) as store_count
from {{ ref('store_clusters') }}
having count(*) = 0
