{{ judge_features(ref('pre_external_values'), 'external') }}
