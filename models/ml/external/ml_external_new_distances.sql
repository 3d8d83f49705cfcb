{{ measure_distances(ref('ml_external_new_components'), ref('ml_external_centroids'), 'component') }}
