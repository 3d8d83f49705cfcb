{{ measure_scales(ref('feat_internal_imputed'), ref('feat_internal_outliers'), 'internal') }}
