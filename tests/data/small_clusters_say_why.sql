-- A final cluster says that it is small, or why it stands all the same, if and only if it is.
select
    category,
    final_cluster_id
from {{ ref('clusters') }}
where is_small <> (small_reason is not null)
