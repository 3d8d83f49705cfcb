{{ pick_categories(ref('pre_feed_matches'), 'not is_excluded') }}
