-- A final cluster below the minimum size is the only one of its category.
select
    category,
    count(*) as cluster_count
from {{ ref('clusters') }}
group by category
having count(*) filter (where is_small) > 0 and count(*) > 1
