{{ learn_features(
    ref('pre_external_values'), ref('feat_external_selection'), ref('feat_external_transformed'),
    ref('feat_external_imputed'), ref('feat_external_outliers'), 'external'
) }}
