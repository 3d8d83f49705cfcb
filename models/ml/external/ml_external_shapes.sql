{{ split_shapes(ref('ml_external_fits')) }}
