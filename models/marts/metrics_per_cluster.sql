{{ list_metrics(ref('mrg_cluster_measures'), ['category', 'stage', 'cluster'], [
    'store_count', 'silhouette', 'silhouette_stores', 'simplified_silhouette', 'davies_bouldin',
    'within_variance', 'mean_distance', 'radius', 'centre_distance', 'mix_homogeneity',
    'mix_homogeneity_chain',
]) }}
