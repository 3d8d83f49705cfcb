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

        -- scores; one cluster has none
        {% for score in ['silhouette', 'calinski_harabasz', 'davies_bouldin', 'inertia', 'stability'] %}
        cast(case when not isnan({{ score }}) then {{ score }} end as double) as {{ score }},
        {% endfor %}
        cast(smallest_cluster as integer) as smallest_cluster,

        -- what was decided
        is_valid,
        is_chosen,
        reason
    from scores

)

select * from final
