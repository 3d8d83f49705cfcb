{{ combine_feeds(
    ref('pre_feed_matches'), ref('pre_external_new_categories'), ref('pre_external_features'),
    'is_excluded'
) }}
