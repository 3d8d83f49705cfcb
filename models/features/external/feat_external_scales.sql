{{ measure_scales(ref('feat_external_imputed'), ref('feat_external_outliers'), 'external') }}
