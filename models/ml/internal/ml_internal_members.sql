{{ split_members(ref('ml_internal_fits')) }}
