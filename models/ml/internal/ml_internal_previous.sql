{{ previous_clusters('internal') }}
