{{ assign_nearest(ref('ml_internal_distances'), ref('ml_internal_members')) }}
