{#- The sources of which more rows were refused than quality.maximum_rejected_share allows. A row that the
    settings themselves keep out (by sources.sales.window, by quality.returns) speaks not against its source. -#}
{% macro refused_too_often(data_coverage, rejected_rows) %}
select
    coverage.source,
    count(*) as rows_refused,
    coverage.rows_read
from {{ data_coverage }} as coverage
inner join {{ rejected_rows }} as rejected on coverage.source = rejected.source
where coverage.category is null and rejected.reason not in ('outside the date window', 'return')
group by coverage.source, coverage.rows_read
having count(*) > {{ setting('quality.maximum_rejected_share') }} * coverage.rows_read
order by coverage.source
{% endmacro %}
