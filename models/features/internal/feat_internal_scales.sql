{{ measure_scales(ref('feat_internal_treated'), ref('feat_internal_outliers'), 'internal') }}
