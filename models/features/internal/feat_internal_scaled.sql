{{ scale_features(ref('feat_internal_treated'), ref('feat_internal_scales'), 'internal') }}
