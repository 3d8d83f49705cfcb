-- The unmapped products that are in no bucket bring the unmapped sales, to the last 0.0001.
select
    coverage.sales_unmapped,
    sum(products.sales_amount) as sales_of_products
from {{ ref('data_coverage') }} as coverage
left join {{ ref('unmapped_products') }} as products on products.bucket is null
where coverage.source = 'sales' and coverage.category is null
group by coverage.sales_unmapped
having coverage.sales_unmapped <> coalesce(sum(products.sales_amount), 0)
