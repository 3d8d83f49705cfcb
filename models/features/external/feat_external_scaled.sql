{{ scale_features(ref('feat_external_imputed'), ref('feat_external_scales'), 'external') }}
