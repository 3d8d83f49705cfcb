{{ split_centroids(ref('ml_external_fits')) }}
