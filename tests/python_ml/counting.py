"""Short ways to score the numbers of clusters of a small world."""

import numpy as np

from python_ml.cluster_count import score_cluster_counts
from tests.python_ml.planted import long_frame, nobody_excluded

SETTINGS = {
    "fixed": None,
    "minimum": 2,
    "maximum": 10,
    "rule": "silhouette",
    "minimum_cluster_size": 5,
    "retry_minimum_cluster_size": None,
    "minimum_stability": 0,
    "resamples": 4,
    "method": "kmeans",
    "starts": 3,
    "seed": 7,
}


def score(components, outliers=None, **changes):
    """Return the scores by k."""
    outliers = nobody_excluded(components) if outliers is None else outliers
    return score_cluster_counts(components, outliers, settings=SETTINGS | changes).set_index("k")


def chosen(components, **changes):
    """Return the chosen k."""
    table = score(components, **changes)
    return table.index[table["is_chosen"]].tolist()


def noise(stores=300, dimensions=8, seed=0):
    """Return stores without any clusters."""
    return long_frame(np.random.default_rng(seed).normal(size=(stores, dimensions)))
