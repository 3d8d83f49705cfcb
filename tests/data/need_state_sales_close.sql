-- The need states of a cluster add up to its sales, to the last digit.
select
    clusters.category,
    clusters.final_cluster_id,
    clusters.sales_amount,
    sum(need_state_sales.sales_amount) as sales_of_need_states
from {{ ref('clusters') }} as clusters
left join {{ ref('need_state_sales') }} as need_state_sales
    on
        clusters.category = need_state_sales.category
        and clusters.final_cluster_id = need_state_sales.final_cluster_id
group by clusters.category, clusters.final_cluster_id, clusters.sales_amount
having clusters.sales_amount <> coalesce(sum(need_state_sales.sales_amount), 0)
