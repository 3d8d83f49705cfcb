{{ impute_features(ref('feat_internal_transformed'), 'internal') }}
