{#- The sources of which more rows were refused than quality.maximum_rejected_share allows. A row that the
    settings themselves keep out (by sources.sales.window, by quality.returns) is neither refused nor read
    here. Behind an open quote each line that it takes in counts. -#}
{% macro refused_too_often(data_coverage, rejected_rows) %}
with

refused as (

    select
        source,
        reason in ('outside the date window', 'return') as is_kept_out,
        case
            when reason = 'a quote is not closed'
                then length(raw) - length(replace(replace(raw, chr(10), ''), chr(13), ''))
            else 0
        end as lines_below
    from {{ rejected_rows }}

),

counted as (

    select
        source,
        count(*) filter (where is_kept_out) as rows_kept_out,
        count(*) filter (where not is_kept_out) + sum(lines_below) as rows_refused,
        sum(lines_below) as lines_below
    from refused
    group by source

)

select
    coverage.source,
    counted.rows_refused,
    coverage.rows_read - counted.rows_kept_out + counted.lines_below as rows_read
from {{ data_coverage }} as coverage
inner join counted on coverage.source = counted.source
where
    coverage.category is null
    and counted.rows_refused > {{ setting('quality.maximum_rejected_share') }}
    * (coverage.rows_read - counted.rows_kept_out + counted.lines_below)
order by coverage.source
{% endmacro %}
