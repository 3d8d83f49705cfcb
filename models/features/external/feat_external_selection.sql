{{ select_features(ref('feat_external_candidates'), ref('feat_external_correlations')) }}
