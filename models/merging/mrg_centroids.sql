{{ average_positions(ref('mrg_space'), ref('mrg_members'), 'final_cluster_id') }}
