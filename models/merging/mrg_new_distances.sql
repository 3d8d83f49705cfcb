{{ measure_distances(ref('mrg_new_space'), ref('mrg_centroids'), 'dimension') }}
