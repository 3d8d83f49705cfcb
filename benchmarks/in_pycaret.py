"""The same search in PyCaret, run by an interpreter of its own that has nothing of ours.

PyCaret 3.3.2 pins old versions of scikit-learn, numpy and pandas, so that it needs an environment
of its own; this file is run there as a script, and imports nothing else of the project.
"""

import json
import os
import sys
import time


def cpu_seconds():
    """CPU time of this process, all its threads, and of its children that have ended."""
    used = os.times()
    return time.process_time() + used.children_user + used.children_system


def main():
    """Set up, fit and score every number of clusters, assign the best; print what it took."""
    import numpy as np
    import pandas as pd
    from pycaret.clustering import ClusteringExperiment

    rows = np.load(sys.argv[1])
    least, most = int(sys.argv[2]), int(sys.argv[3])
    data = pd.DataFrame(rows, columns=[f"c{number}" for number in range(rows.shape[1])])
    start = cpu_seconds()
    experiment = ClusteringExperiment()
    experiment.setup(data, session_id=0, n_jobs=1, html=False, verbose=False, system_log=False)
    models, scores = {}, {}
    for k in range(least, most + 1):
        models[k] = experiment.create_model("kmeans", num_clusters=k, verbose=False)
        scores[k] = experiment.pull()["Silhouette"].iloc[0]
    chosen = max(scores, key=scores.get)
    experiment.assign_model(models[chosen], verbose=False)
    print(json.dumps({"chosen": chosen, "search_seconds": cpu_seconds() - start}))


if __name__ == "__main__":
    main()
