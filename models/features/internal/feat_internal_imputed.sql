{{ impute_features(ref('feat_internal_transformed'), ref('feat_internal_stand_ins'), 'internal') }}
