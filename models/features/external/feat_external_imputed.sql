{{ impute_features(ref('feat_external_transformed'), 'external') }}
