{{ prepare_features(
    ref('pre_internal_new_values'), ref('feat_internal_selection'), ref('feat_internal_learned'),
    ref('feat_internal_scales'), 'internal'
) }}
