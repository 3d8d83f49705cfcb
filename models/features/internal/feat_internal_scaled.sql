{{ scale_features(ref('feat_internal_imputed'), ref('feat_internal_scales'), 'internal') }}
