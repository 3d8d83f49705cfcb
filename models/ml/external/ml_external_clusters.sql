{{ assign_nearest(ref('ml_external_distances'), ref('ml_external_members')) }}
