{#- One row per source with its totals (category is null), and one per category for sales. A source of
    the settings has its row even if its files hold none. -#}
{% set sources = setting('sources') %}
with

sales_totals as (

    select * from {{ ref('pre_sales_totals') }}

),

product_sales as (

    select * from {{ ref('pre_product_sales') }}

),

stores as (

    select * from {{ ref('pre_stores') }}

),

category_stores as (

    select * from {{ ref('pre_category_stores') }}

),

store_clusters as (

    select * from {{ ref('store_clusters') }}

),

clustered as (

    select
        category_stores.category,
        category_stores.store_id,
        category_stores.sales_amount,
        store_clusters.store_id is not null as is_clustered
    from category_stores
    left join store_clusters
        on
            category_stores.category = store_clusters.category
            and category_stores.store_id = store_clusters.store_id

),

of_sales_files as (

    select
        coalesce(sum(row_count), 0) as rows_read,
        coalesce(sum(sales_amount), 0) as sales_read,
        count(distinct store_id) as stores_read
    from sales_totals

),

of_accepted_sales as (

    select
        coalesce(sum(row_count), 0) as rows_accepted,
        coalesce(sum(return_count), 0) as rows_returned,
        coalesce(sum(sales_amount), 0) as sales_accepted
    from product_sales

),

of_refused_sales as (

    select
        count(*) as rows_rejected,
        coalesce(sum(amount), 0) as sales_rejected
    from {{ ref('pre_refused_sales') }}

),

unmapped as (

    -- what was put into a bucket has a category
    select coalesce(sum(sales_amount), 0) as sales_unmapped
    from {{ ref('pre_unmapped_sales') }}
    where bucket is null

),

by_category as (

    select
        category,
        sum(sales_amount) as sales_accepted,
        coalesce(sum(sales_amount) filter (where is_clustered), 0) as sales_clustered,
        coalesce(sum(sales_amount) filter (where not is_clustered), 0) as sales_without_cluster,
        count(*) as stores_read,
        count(*) filter (where is_clustered) as stores_clustered,
        count(*) filter (where not is_clustered) as stores_without_cluster
    from clustered
    group by category

),

in_all as (

    select
        coalesce(sum(sales_clustered), 0) as sales_clustered,
        coalesce(sum(sales_without_cluster), 0) as sales_without_cluster
    from by_category

),

stores_in_all as (

    select
        count(distinct store_clusters.store_id) as stores_clustered,
        count(distinct case when stores.is_in_sales then store_clusters.store_id end)
            as selling_stores_clustered
    from stores
    left join store_clusters on stores.store_id = store_clusters.store_id

),

feeds as (

    {% for name in sources.feeds or {} %}
    select {{ sql_text(name) }} as feed
    union all
    {% endfor %}
    select cast(null as varchar) as feed where false

),

of_other_files as (

    {% for source in ['products', 'stores', 'overrides'] %}
    {%- set relation = ref('stg_' ~ source) %}
    {% if sources[source] %}
    select
        '{{ source }}' as source,
        false as is_feed,
        count(*) as rows_read,
        count(*) filter (where rejected_reason is null) as rows_accepted,
        count(*) filter (where rejected_reason is not null) as rows_rejected,
        {{ 'null' if source == 'products' else 'count(distinct store_id)' }} as stores_read
    from {{ relation }}
    union all
    {% endif %}
    {% endfor %}
    select
        feeds.feed as source,
        true as is_feed,
        count(feed_rows.feed) as rows_read,
        count(feed_rows.feed) filter (where feed_rows.rejected_reason is null) as rows_accepted,
        count(feed_rows.feed) filter (where feed_rows.rejected_reason is not null) as rows_rejected,
        null as stores_read
    from feeds
    left join {{ ref('stg_feed_rows') }} as feed_rows on feeds.feed = feed_rows.feed
    group by feeds.feed

),

matches as (

    select
        feed as source,
        count(distinct store_id) as stores_matched,
        {#- a struct: the row of one file is not that of another -#}
        count(distinct (file, line)) as rows_matched
    from {{ ref('pre_feed_matches') }}
    group by feed

),

stores_known as (

    select count(*) as store_count from stores

),

combined as (

    select
        'sales' as source,
        cast(null as varchar) as category,
        of_sales_files.rows_read,
        of_accepted_sales.rows_accepted,
        of_refused_sales.rows_rejected,
        of_accepted_sales.rows_returned,
        of_sales_files.sales_read,
        of_accepted_sales.sales_accepted,
        of_refused_sales.sales_rejected,
        unmapped.sales_unmapped,
        in_all.sales_clustered,
        in_all.sales_without_cluster,
        of_sales_files.stores_read,
        stores_in_all.selling_stores_clustered as stores_clustered,
        of_sales_files.stores_read - stores_in_all.selling_stores_clustered
            as stores_without_cluster,
        null as stores_matched,
        null as match_rate,
        null as rows_unmatched
    from of_sales_files
    cross join of_accepted_sales
    cross join of_refused_sales
    cross join unmapped
    cross join in_all
    cross join stores_in_all
    union all
    select
        'sales' as source,
        category,
        null as rows_read,
        null as rows_accepted,
        null as rows_rejected,
        null as rows_returned,
        null as sales_read,
        sales_accepted,
        null as sales_rejected,
        0 as sales_unmapped,
        sales_clustered,
        sales_without_cluster,
        stores_read,
        stores_clustered,
        stores_without_cluster,
        null as stores_matched,
        null as match_rate,
        null as rows_unmatched
    from by_category
    union all
    select
        of_other_files.source,
        null as category,
        of_other_files.rows_read,
        of_other_files.rows_accepted,
        of_other_files.rows_rejected,
        null as rows_returned,
        null as sales_read,
        null as sales_accepted,
        null as sales_rejected,
        null as sales_unmapped,
        null as sales_clustered,
        null as sales_without_cluster,
        of_other_files.stores_read,
        null as stores_clustered,
        null as stores_without_cluster,
        case
            when of_other_files.is_feed then coalesce(matches.stores_matched, 0)
        end as stores_matched,
        case
            when of_other_files.is_feed
                then
                    {{ safe_divide(
                        'cast(coalesce(matches.stores_matched, 0) as double)', 'stores_known.store_count'
                    ) }}
        end as match_rate,
        case
            when of_other_files.is_feed
                then of_other_files.rows_accepted - coalesce(matches.rows_matched, 0)
        end as rows_unmatched
    from of_other_files
    cross join stores_known
    left join matches on of_other_files.source = matches.source

),

final as (

    select
        -- ids
        source,
        category,

        -- rows
        cast(rows_read as bigint) as rows_read,
        cast(rows_accepted as bigint) as rows_accepted,
        cast(rows_rejected as bigint) as rows_rejected,
        cast(rows_returned as bigint) as rows_returned,

        -- money
        cast(sales_read as decimal(38, 4)) as sales_read,
        cast(sales_accepted as decimal(38, 4)) as sales_accepted,
        cast(sales_rejected as decimal(38, 4)) as sales_rejected,
        cast(sales_unmapped as decimal(38, 4)) as sales_unmapped,
        cast(sales_clustered as decimal(38, 4)) as sales_clustered,
        cast(sales_without_cluster as decimal(38, 4)) as sales_without_cluster,

        -- stores
        cast(stores_read as bigint) as stores_read,
        cast(stores_clustered as bigint) as stores_clustered,
        cast(stores_without_cluster as bigint) as stores_without_cluster,
        cast(stores_matched as bigint) as stores_matched,
        cast(match_rate as double) as match_rate,
        cast(rows_unmatched as bigint) as rows_unmatched
    from combined

)

select * from final
