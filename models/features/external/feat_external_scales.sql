{{ measure_scales(ref('feat_external_treated'), ref('feat_external_outliers'), 'external') }}
