{{ pick_categories(ref('pre_feed_matches'), 'is_excluded') }}
