{{ split_shapes(ref('ml_external_fits'), ref('ml_external_ids')) }}
