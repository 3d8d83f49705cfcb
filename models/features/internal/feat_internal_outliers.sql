{{ flag_outliers(ref('feat_internal_imputed'), ref('feat_internal_outlier_scores'), 'internal') }}
