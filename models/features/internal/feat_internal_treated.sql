{{ treat_outliers(ref('feat_internal_imputed'), ref('feat_internal_outliers'), 'internal') }}
