{{ rate_assignments(ref('mrg_members'), ref('mrg_distances')) }}
