{{ split_members(ref('ml_external_fits')) }}
