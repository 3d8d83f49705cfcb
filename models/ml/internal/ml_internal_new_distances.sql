{{ measure_distances(ref('ml_internal_new_components'), ref('ml_internal_centroids'), 'component') }}
