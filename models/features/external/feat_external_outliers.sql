{{ flag_outliers(ref('feat_external_imputed'), ref('feat_external_outlier_scores'), 'external') }}
