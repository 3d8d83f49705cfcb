{{ rate_assignments(ref('mrg_new_members'), ref('mrg_new_distances')) }}
