{{ assign_nearest(ref('ml_external_distances')) }}
