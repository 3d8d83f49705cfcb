{{ learn_features(
    ref('pre_internal_values'), ref('feat_internal_selection'), ref('feat_internal_transformed'),
    ref('feat_internal_imputed'), ref('feat_internal_outliers'), 'internal'
) }}
