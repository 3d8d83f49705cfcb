with

measures as (

    select * from {{ ref('mrg_cluster_measures') }}

),

sums as (

    select
        category,
        stage,
        cast(sum(store_count) as bigint) as store_count,
        count(*) as cluster_count,
        min(store_count) as smallest_cluster,
        max(store_count) as largest_cluster,
        cast(sum(silhouette_stores) as bigint) as silhouette_stores,
        {{ exact_sum('store_count * within_variance') }} as within_sum,
        {{ exact_sum('store_count * power(centre_distance, 2)') }} as between_sum,
        {{ exact_mean('davies_bouldin') }} as davies_bouldin,
        -- a cluster counts by all its stores, whatever part of them was sampled
        {% for mean in ['silhouette', 'simplified_silhouette', 'mix_homogeneity', 'mix_homogeneity_chain'] %}
        {{ exact_sum('store_count * ' ~ mean) }} / sum(store_count) as {{ mean }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from measures
    group by category, stage

),

final as (

    select
        -- ids
        category,
        stage,

        -- sizes
        store_count,
        cluster_count,
        smallest_cluster,
        largest_cluster,
        silhouette_stores,

        -- in the space of the stage
        silhouette,
        simplified_silhouette,
        case
            when cluster_count < store_count
                then {{ safe_divide(
                    'between_sum * (store_count - cluster_count)',
                    'within_sum * (cluster_count - 1)'
                ) }}
        end as calinski_harabasz,
        case when cluster_count < store_count then davies_bouldin end as davies_bouldin,
        within_sum / store_count as within_variance,
        between_sum / store_count as between_variance,
        {{ safe_divide('between_sum', '(within_sum + between_sum)') }} as variance_explained,

        -- in the sales
        mix_homogeneity,
        mix_homogeneity_chain
    from sums

)

select * from final
