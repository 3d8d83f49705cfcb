{{ assign_nearest(ref('ml_internal_new_distances')) }}
