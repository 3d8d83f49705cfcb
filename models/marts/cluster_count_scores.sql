with

scores as (

    {% for dataset in ['internal', 'external'] %}
    select
        *,
        '{{ dataset }}' as dataset
    from {{ ref('ml_' ~ dataset ~ '_cluster_counts') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        -- ids
        category,
        dataset,
        cast(k as integer) as k,

        -- scores; one cluster has few
        {% for score in [
            'silhouette', 'simplified_silhouette', 'calinski_harabasz', 'davies_bouldin', 'inertia',
            'gap', 'gap_standard_error', 'bic', 'gmm_bic', 'stability',
            'border_density'
        ] %}
        cast(case when not isnan({{ score }}) then {{ score }} end as double) as {{ score }},
        {% endfor %}
        cast(smallest_cluster as integer) as smallest_cluster,
        cast(minimum_size as integer) as minimum_size,

        -- what was decided
        is_valid,
        is_chosen,
        reason
    from scores

)

select * from final
