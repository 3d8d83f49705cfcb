"""k-medoids: the middle of a cluster is a store."""

import numpy as np
from scipy.spatial.distance import cdist

from python_ml.algorithms.fit import Fit, make_fit
from python_ml.algorithms.kmeans import fit_kmeans

CHUNK = 2**18
"""Distances looked at together: few enough for the cache of a processor."""


def fit_kmedoids(rows: np.ndarray, counts: list[int], algorithm: dict) -> dict[int, Fit]:
    """Return clusters around the stores that are least far from all others of their cluster.

    Medoids are swapped for other stores until no swap makes the sum of the distances smaller;
    distances are not squared, so that far stores pull less than on a mean. It begins with the
    store nearest to each k-means centroid.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store; memory grows with the square of n.
    counts : list of int
        The numbers of clusters, each at most the number of distinct rows.
    algorithm : dict
        ``starts`` and ``seed`` of k-means.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [10.0], [11.0], [90.0]])
    >>> fit = fit_kmedoids(rows, [2], {"starts": 3, "seed": 0})[2]
    >>> fit.centroids.ravel().tolist(), fit.labels.tolist()
    ([1.0, 90.0], [0, 0, 0, 0, 1])
    """
    begun = fit_kmeans(rows, counts, starts=algorithm["starts"], seed=algorithm["seed"])
    distances = cdist(rows, rows)
    return {k: _fit(rows, distances, fit) for k, fit in begun.items()}


def swap_medoids(distances: np.ndarray, medoids: np.ndarray) -> np.ndarray:
    """Return the medoids that the best swap, again and again, leads to.

    Parameters
    ----------
    distances : ndarray of float64, shape (n, n)
        Between all stores.
    medoids : ndarray of int, shape (k,)
        Where to begin: k stores, no two of them alike.

    Returns
    -------
    ndarray of int, shape (k,)
        Sorted. No swap of one of them for another store makes the mean distance of a store to
        its nearest medoid smaller, rounded to 12 decimals.

    Examples
    --------
    >>> places = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]])
    >>> swap_medoids(cdist(places, places), np.array([0, 1])).tolist()
    [1, 4]
    """
    while True:
        medoids = np.sort(medoids)
        changes = swap_changes(distances, medoids)
        # the first of equals: the smallest store, then the smallest medoid
        store, number = np.unravel_index(changes.argmin(), changes.shape)
        if changes[store, number] >= 0:
            return medoids
        medoids[number] = store


def swap_changes(distances: np.ndarray, medoids: np.ndarray) -> np.ndarray:
    """Return by how much each swap changes the mean distance of a store to its nearest medoid.

    This is FastPAM1 (Schubert and Rousseeuw 2019, "Faster k-medoids clustering", section 3): what
    the loss of a medoid costs is known beforehand, and what stores of the other clusters gain by
    a new one is shared, so that all swaps take one look at all distances, not one per medoid.

    Parameters
    ----------
    distances : ndarray of float64, shape (n, n)
        Between all stores.
    medoids : ndarray of int, shape (k,)
        The medoids there are.

    Returns
    -------
    ndarray of float64, shape (n, k)
        With each store in the place of each medoid; rounded to 12 decimals, so that a tie is a
        tie on every machine.

    Examples
    --------
    >>> places = np.array([[0.0], [1.0], [5.0], [6.0]])
    >>> swap_changes(cdist(places, places), np.array([0, 1])).tolist()
    [[0.0, 0.75], [0.25, 0.0], [-1.75, -1.75], [-1.75, -1.75]]
    """
    stores = len(distances)
    # without a second medoid all stores go to the new one, however far it is
    farthest = np.full(stores, distances.max())
    near = np.column_stack([distances[:, medoids], farthest])
    first, second = np.partition(near, 1, axis=1)[:, :2].T.copy()
    own = np.eye(len(medoids))[near[:, :-1].argmin(axis=1)]
    losses = (second - first) @ own
    changes = np.empty((stores, len(medoids)))
    step = max(1, CHUNK // stores)
    for start in range(0, stores, step):
        some = distances[start : start + step]
        others_gain = np.minimum(some - first, 0) @ (1 - own)
        changes[start : start + step] = losses + others_gain + np.minimum(some - second, 0) @ own
    return np.round(changes / stores, 12) + 0.0


def _fit(rows, distances, begun):
    """Return the fit that swaps lead to from the stores nearest to the k-means centroids."""
    from_centroids = begun.squared_distances(rows)
    medoids = [
        np.where(begun.labels == number, from_centroids[:, number], np.inf).argmin()
        for number in range(len(begun.centroids))
    ]
    centroids = rows[swap_medoids(distances, np.array(medoids))]
    labels = Fit(centroids, None, None, 0.0).assign(rows)
    return make_fit(rows, labels, centroids=centroids)
