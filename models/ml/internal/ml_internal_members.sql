{{ split_members(ref('ml_internal_fits'), ref('ml_internal_ids')) }}
