{{ combine_feeds(
    ref('pre_feed_matches'), ref('pre_external_categories'), ref('pre_external_features'),
    'not is_excluded'
) }}
