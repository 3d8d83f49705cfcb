{{ treat_outliers(ref('feat_external_imputed'), ref('feat_external_outliers'), 'external') }}
