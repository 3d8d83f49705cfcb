{{ measure_distances(ref('mrg_space'), ref('mrg_centroids'), 'dimension') }}
