{{ scale_features(ref('feat_external_treated'), ref('feat_external_scales'), 'external') }}
