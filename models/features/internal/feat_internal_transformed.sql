{{ transform_features(ref('pre_internal_values'), ref('feat_internal_selection'), 'internal') }}
