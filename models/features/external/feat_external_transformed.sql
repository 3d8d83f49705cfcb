{{ transform_features(ref('pre_external_values'), ref('feat_external_selection'), 'external') }}
