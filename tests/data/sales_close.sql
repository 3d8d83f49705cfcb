-- Accepted sales are clustered, without a cluster, or unmapped: to the last 0.0001.
select *
from {{ ref('data_coverage') }}
where
    source = 'sales'
    and (
        sales_read <> sales_accepted + sales_rejected
        or sales_accepted <> sales_clustered + sales_without_cluster + sales_unmapped
    )
