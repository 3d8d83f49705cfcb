{{ impute_features(ref('feat_external_transformed'), ref('feat_external_stand_ins'), 'external') }}
