{{ assign_nearest(ref('ml_external_new_distances')) }}
