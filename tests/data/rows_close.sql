-- Every row of every source is accepted or refused, and every refused one is listed.
select
    coverage.source,
    coverage.rows_read,
    coverage.rows_accepted,
    coverage.rows_rejected,
    count(rejected.source) as rows_listed
from {{ ref('data_coverage') }} as coverage
left join {{ ref('rejected_rows') }} as rejected on coverage.source = rejected.source
where coverage.category is null
group by coverage.source, coverage.rows_read, coverage.rows_accepted, coverage.rows_rejected
having
    coverage.rows_read <> coverage.rows_accepted + coverage.rows_rejected
    or coverage.rows_rejected <> count(rejected.source)
