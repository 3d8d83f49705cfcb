"""The relatives of k-means: by small batches, and by halving."""

import numpy as np
from sklearn.cluster import BisectingKMeans, MiniBatchKMeans

from python_ml.algorithms.fit import Fit, make_fit


def fit_minibatch_kmeans(rows: np.ndarray, counts: list[int], algorithm: dict) -> dict[int, Fit]:
    """Return k-means clusters whose centroids moved by one small batch of stores after another.

    As Sculley (2010, "Web-scale k-means clustering") by scikit-learn. A centroid that is left
    without stores, as may happen among copies, goes to the store farthest from its own.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store.
    counts : list of int
        The numbers of clusters, each at most the number of distinct rows.
    algorithm : dict
        ``batch_size``, ``starts`` (at least one is made) and ``seed``.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [10.0], [11.0], [12.0]])
    >>> settings = {"batch_size": 100, "starts": 3, "seed": 0}
    >>> fit_minibatch_kmeans(rows, [2], settings)[2].labels.tolist()
    [1, 1, 0, 0, 0]
    """
    return {k: _fit_batches(rows, k, algorithm) for k in counts}


def _fit_batches(rows, k, algorithm):
    """Return the fit of one k; one cluster needs no batches."""
    if k == 1:
        return make_fit(rows, np.zeros(len(rows), dtype=int))
    model = MiniBatchKMeans(
        k,
        batch_size=algorithm["batch_size"],
        n_init=max(algorithm["starts"], 1),
        random_state=algorithm["seed"],
    ).fit(rows)
    centroids = model.cluster_centers_.copy()
    # Ends, for every step makes the sum of the distances to the nearest centroid smaller.
    while True:
        distances = Fit(centroids, None, None, 0.0).squared_distances(rows)
        labels = distances.argmin(axis=1)
        empty = np.flatnonzero(np.bincount(labels, minlength=k) == 0)
        if not len(empty):
            return make_fit(rows, labels, centroids=centroids)
        centroids[empty[0]] = rows[distances.min(axis=1).argmax()]


def fit_bisecting_kmeans(rows: np.ndarray, counts: list[int], algorithm: dict) -> dict[int, Fit]:
    """Return clusters found by cutting the most spread cluster in two, again and again.

    The clusters of k + 1 are those of k, one of them cut (Steinbach, Karypis and Kumar 2000,
    "A comparison of document clustering techniques"): a hierarchy, at the price of more spread.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store.
    counts : list of int
        The numbers of clusters, each at most the number of distinct rows.
    algorithm : dict
        ``starts`` of every cut (at least one is made) and ``seed``.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [10.0], [11.0], [12.0]])
    >>> fit_bisecting_kmeans(rows, [2], {"starts": 3, "seed": 0})[2].labels.tolist()
    [1, 1, 0, 0, 0]
    """
    return {k: make_fit(rows, _cut(rows, k, algorithm)) for k in counts}


def _cut(rows, k, algorithm):
    """Return the labels of k clusters."""
    starts, seed = max(algorithm["starts"], 1), algorithm["seed"]
    return BisectingKMeans(k, n_init=starts, random_state=seed).fit(rows).labels_
