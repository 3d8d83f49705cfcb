-- A run without a single cluster is not worth publishing; the working file has the reasons:
-- depends_on: {{ ref('stores_without_cluster') }}
-- depends_on: {{ ref('data_coverage') }}
-- depends_on: {{ ref('clusters') }}
-- depends_on: {{ ref('rejected_rows') }}
select count(*) as store_count
from {{ ref('store_clusters') }}
having count(*) = 0
