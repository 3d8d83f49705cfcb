{{ measure_distances(ref('ml_external_components'), ref('ml_external_centroids'), 'component') }}
