{{ average_positions(ref('mrg_space'), ref('mrg_members'), 'merged_label') }}
