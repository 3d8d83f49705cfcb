{{ split_centroids(ref('ml_external_fits'), ref('ml_external_ids')) }}
