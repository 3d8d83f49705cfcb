{{ project_features(
    ref('feat_external_scaled'), ref('ml_external_loadings'), ref('ml_external_landmarks'), 'external'
) }}
