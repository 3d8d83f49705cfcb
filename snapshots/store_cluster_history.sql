{#- Remembers the final cluster of every store: a row ends where the cluster, its label or its name
    changes, or the store goes. The hook recall puts the published table in the place of the one in the
    working file before each build, so a build that is not published leaves nothing behind. -#}
{% snapshot store_cluster_history %}
{{ config(
    schema='marts',
    unique_key=['category', 'store_id'],
    strategy='check',
    check_cols=['final_cluster_id', 'final_label', 'name'],
    hard_deletes='invalidate',
    snapshot_meta_column_names={
        'dbt_valid_from': 'valid_from',
        'dbt_valid_to': 'valid_to',
        'dbt_scd_id': 'row_id',
        'dbt_updated_at': 'updated_at',
    },
) }}
select
    store_clusters.category,
    store_clusters.store_id,
    store_clusters.final_cluster_id,
    store_clusters.final_label,
    clusters.name
from {{ ref('store_clusters') }} as store_clusters
inner join {{ ref('clusters') }} as clusters
    on
        store_clusters.category = clusters.category
        and store_clusters.final_cluster_id = clusters.final_cluster_id
{% endsnapshot %}
