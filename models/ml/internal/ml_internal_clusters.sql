{{ assign_nearest(ref('ml_internal_distances')) }}
