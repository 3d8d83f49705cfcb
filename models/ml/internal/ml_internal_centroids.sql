{{ split_centroids(ref('ml_internal_fits')) }}
