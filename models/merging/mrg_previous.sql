{{ previous_clusters('final') }}
