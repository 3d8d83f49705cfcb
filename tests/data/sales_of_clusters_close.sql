-- The sales of the clusters are the clustered sales of the category.
select
    coverage.category,
    coverage.sales_clustered,
    sum(clusters.sales_amount) as sales_of_clusters
from {{ ref('data_coverage') }} as coverage
left join {{ ref('clusters') }} as clusters on coverage.category = clusters.category
where coverage.source = 'sales' and coverage.category is not null
group by coverage.category, coverage.sales_clustered
having coverage.sales_clustered <> coalesce(sum(clusters.sales_amount), 0)
