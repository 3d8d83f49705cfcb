{{ previous_clusters('external') }}
