{{ split_shapes(ref('ml_internal_fits')) }}
