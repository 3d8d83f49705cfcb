with

store_clusters as (

    select * from {{ ref('store_clusters') }}

),

need_sales as (

    select * from {{ ref('pre_need_sales') }}

),

clusters as (

    select distinct
        category,
        final_cluster_id
    from store_clusters

),

need_states as (

    select distinct
        category,
        need_state
    from need_sales

),

sold as (

    select
        store_clusters.category,
        store_clusters.final_cluster_id,
        need_sales.need_state,
        sum(need_sales.sales_amount) as sales_amount
    from store_clusters
    inner join need_sales
        on
            store_clusters.category = need_sales.category
            and store_clusters.store_id = need_sales.store_id
    group by store_clusters.category, store_clusters.final_cluster_id, need_sales.need_state

),

-- what a cluster does not sell is a row too
amounts as (

    select
        clusters.category,
        clusters.final_cluster_id,
        need_states.need_state,
        cast(coalesce(sold.sales_amount, 0) as decimal(38, 4)) as sales_amount
    from clusters
    inner join need_states on clusters.category = need_states.category
    left join sold
        on
            clusters.category = sold.category
            and clusters.final_cluster_id = sold.final_cluster_id
            and need_states.need_state = sold.need_state

),

totals as (

    select
        *,
        sum(sales_amount) over (partition by category, final_cluster_id) as cluster_amount,
        sum(sales_amount) over (partition by category, need_state) as need_state_amount,
        sum(sales_amount) over (partition by category) as category_amount
    from amounts

),

shares as (

    select
        *,
        {{ safe_divide(
            'cast(sales_amount as double)', 'cast(cluster_amount as double)'
        ) }} as share_of_cluster,
        {{ safe_divide(
            'cast(need_state_amount as double)', 'cast(category_amount as double)'
        ) }} as share_of_chain
    from totals

),

final as (

    select
        -- ids
        category,
        cast(final_cluster_id as integer) as final_cluster_id,
        need_state,

        -- numerics
        sales_amount,
        cast(share_of_cluster as double) as share_of_cluster,
        cast(share_of_chain as double) as share_of_chain,
        cast(case
            when share_of_chain > 0 then 100 * share_of_cluster / share_of_chain
        end as double) as index_vs_chain
    from shares

)

select * from final
