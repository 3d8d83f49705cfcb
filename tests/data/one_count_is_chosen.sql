-- Of the numbers of clusters of a category and dataset exactly one is chosen.
select
    category,
    dataset,
    count(*) filter (where is_chosen) as chosen
from {{ ref('cluster_count_scores') }}
group by category, dataset
having count(*) filter (where is_chosen) <> 1
