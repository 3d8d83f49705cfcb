{{ project_features(
    ref('feat_internal_scaled'), ref('ml_internal_loadings'), ref('ml_internal_landmarks'), 'internal'
) }}
