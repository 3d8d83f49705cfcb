-- What holds now in the history is the cluster of every store, and times of a store do not overlap.
with

history as (

    select
        *,
        lead(valid_from) over (partition by category, store_id order by valid_from) as next_from
    from {{ ref('store_cluster_history') }}

)

select
    coalesce(store_clusters.category, open_rows.category) as category,
    coalesce(store_clusters.store_id, open_rows.store_id) as store_id
from {{ ref('store_clusters') }} as store_clusters
full join (select * from history where valid_to is null) as open_rows
    on
        store_clusters.category = open_rows.category
        and store_clusters.store_id = open_rows.store_id
where
    store_clusters.final_cluster_id is distinct from open_rows.final_cluster_id
    or store_clusters.final_label is distinct from open_rows.final_label
union all
select
    category,
    store_id
from history
where valid_to > next_from or (valid_to is null and next_from is not null) or valid_to <= valid_from
