{{ measure_distances(ref('ml_internal_components'), ref('ml_internal_centroids'), 'component') }}
