{{ flag_outliers(ref('feat_internal_imputed'), ref('feat_internal_neighbour_distances'), 'internal') }}
