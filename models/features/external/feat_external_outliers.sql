{{ flag_outliers(ref('feat_external_imputed'), ref('feat_external_neighbour_distances'), 'external') }}
