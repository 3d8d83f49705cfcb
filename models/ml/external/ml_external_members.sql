{{ split_members(ref('ml_external_fits'), ref('ml_external_ids')) }}
