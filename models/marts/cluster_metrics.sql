{{ list_metrics(ref('mrg_stage_measures'), ['category', 'stage'], [
    'store_count', 'cluster_count', 'smallest_cluster', 'largest_cluster', 'silhouette',
    'silhouette_stores', 'simplified_silhouette', 'calinski_harabasz', 'davies_bouldin',
    'within_variance', 'between_variance', 'variance_explained', 'mix_homogeneity',
    'mix_homogeneity_chain',
]) }}
