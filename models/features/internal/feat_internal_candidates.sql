{{ judge_features(ref('pre_internal_values'), 'internal') }}
