{{ measure_distances(ref('mrg_space'), ref('mrg_label_centroids'), 'dimension') }}
