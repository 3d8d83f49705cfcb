{{ prepare_features(
    ref('pre_external_new_values'), ref('feat_external_selection'), ref('feat_external_learned'),
    ref('feat_external_scales'), 'external'
) }}
