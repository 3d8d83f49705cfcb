with

stores as (

    select * from {{ ref('pre_stores') }}

),

statuses as (

    select * from {{ ref('pre_store_statuses') }}

),

need_sales as (

    select * from {{ ref('pre_need_sales') }}

),

accepted as (

    select distinct store_id from {{ ref('pre_product_sales') }}

),

categories as (

    select distinct category from need_sales

),

totals as (

    select
        store_id,
        category,
        sum(sales_amount) as sales_amount,
        sum(row_count) as row_count,
        sum(case when sales_amount > 0 then sales_amount else 0 end) as positive_sales_amount
    from need_sales
    group by store_id, category

),

final as (

    select
        -- ids
        categories.category,
        stores.store_id,

        -- numerics
        coalesce(totals.sales_amount, 0) as sales_amount,
        coalesce(totals.row_count, 0) as row_count,

        -- whether there are shares to speak of, clustered or not
        coalesce(totals.positive_sales_amount > 0, false) as has_sales_mix,

        -- why it cannot be clustered, if so
        case
            when statuses.excluded_reason is not null then statuses.excluded_reason
            when not stores.is_in_sales then 'no sales at all'
            when accepted.store_id is null then 'all its sales rows were refused'
            when totals.store_id is null then 'no sales in the category'
            when totals.positive_sales_amount <= 0 then 'no positive sales in the category'
            when totals.row_count < {{ setting('internal.filter.minimum_rows') }}
                then 'fewer sales rows than the minimum'
            when totals.sales_amount < {{ setting('internal.filter.minimum_sales') }}
                then 'less sales than the minimum'
        end as excluded_reason,

        -- whether only its sales keep it out, if anything does; a feed may know stores of others
        statuses.excluded_reason is null and (stores.is_listed or stores.is_in_sales) as is_planned
    from categories
    cross join stores
    left join statuses on stores.store_id = statuses.store_id
    left join accepted on stores.store_id = accepted.store_id
    left join totals
        on categories.category = totals.category and stores.store_id = totals.store_id

)

select * from final
