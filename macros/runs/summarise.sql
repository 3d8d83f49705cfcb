{#- Say what a published run found and what to open next; print, so that --quiet does not hide it. -#}
{% macro summarise(published) %}
    {% set totals = run_query("
        select
            coverage.rows_read, coverage.rows_rejected, coverage.sales_read,
            case when coverage.sales_accepted <> 0
                then round(100 * cast(coverage.sales_clustered as double) / cast(coverage.sales_accepted as double), 1)
            end as clustered_percent,
            (select count(distinct store_id) from marts.store_clusters) as clustered,
            (select count(*) from marts.stores) as stores,
            (
                select count(distinct store_id) from marts.store_clusters where thin_reason is not null
            ) as thin
        from marts.data_coverage as coverage
        where coverage.source = 'sales' and coverage.category is null
    ").rows[0] %}
    {% set categories = run_query("
        select
            category,
            count(distinct internal_cluster_id) as internal,
            count(distinct external_cluster_id) as external,
            count(distinct final_cluster_id) as final,
            count(*) filter (where is_reassigned) as moved
        from marts.store_clusters
        group by category
        order by category
    ").rows %}
    {% do print('') %}
    {% do print('Published ' ~ published) %}
    {% do print(
        '  sales     ' ~ '{:,}'.format(totals[0] | int) ~ ' rows read, '
        ~ '{:,}'.format(totals[1] | int) ~ ' refused; ' ~ '{:,.2f}'.format(totals[2] | float)
        ~ ' in all, ' ~ (totals[3] if totals[3] is not none else 0) ~ ' % of it clustered'
    ) %}
    {% do print(
        '  stores    ' ~ '{:,}'.format(totals[4] | int) ~ ' of ' ~ '{:,}'.format(totals[5] | int)
        ~ ' in a cluster' ~ (' (' ~ '{:,}'.format(totals[6] | int) ~ ' of them in some category by external data alone)' if totals[6])
        ~ '; the others are in marts.stores_without_cluster, with a reason'
    ) %}
    {% for row in categories[:12] %}
        {% do print(
            '  clusters  ' ~ row[0] ~ ': ' ~ row[3] ~ ' final (' ~ row[1] ~ ' internal, ' ~ row[2]
            ~ ' external, ' ~ row[4] ~ ' stores moved)'
        ) %}
    {% endfor %}
    {% if categories | length > 12 %}
        {% do print('  ... and ' ~ (categories | length - 12) ~ ' more categories') %}
    {% endif %}
    {% set feeds = run_query("
        select source, round(100 * match_rate, 1)
        from marts.data_coverage
        where match_rate is not null
        order by match_rate, source
    ").rows %}
    {% for row in feeds[:6] %}
        {% do print('  feed      ' ~ row[0] ~ ': ' ~ row[1] ~ ' % of the stores matched') %}
    {% endfor %}
    {% if feeds | length > 6 %}
        {% do print('  ... and ' ~ (feeds | length - 6) ~ ' feeds that matched as many or more') %}
    {% endif %}
    {% for row in run_query("
        select status_text, count(*)
        from marts.stores
        where status is null and status_text is not null
        group by status_text
        order by 2 desc, 1
    ").rows[:6] %}
        {% do print(
            '  status    \'' ~ row[0] ~ '\' of ' ~ row[1] ~ ' stores is not in sources.stores.statuses: '
            ~ 'clustered as any other'
        ) %}
    {% endfor %}
    {% set from_here = '' if target.name == 'prod' else 'ENV=' ~ target.name ~ ' ' %}
    {% do print('Open next') %}
    {% do print('  ' ~ from_here ~ 'make dashboard    (or, with the environment active: ' ~ from_here ~ 'streamlit run app)') %}
    {% do print('  ' ~ from_here ~ 'make docs         every table and column explained') %}
    {% do print('  .venv/bin/duckdb -readonly "' ~ published ~ '" -c "from marts.clusters"') %}
{% endmacro %}
