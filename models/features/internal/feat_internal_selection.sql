{{ select_features(ref('feat_internal_candidates'), ref('feat_internal_correlations')) }}
