"""k-medoids: the middle of a cluster is a store."""

import kmedoids
import numpy as np
from scipy.spatial.distance import cdist

from python_ml.algorithms.fit import Fit, make_fit
from python_ml.algorithms.kmeans import fit_kmeans


def fit_kmedoids(rows: np.ndarray, counts: list[int], algorithm: dict) -> dict[int, Fit]:
    """Return clusters around the stores that are least far from all others of their cluster.

    FasterPAM (Schubert and Rousseeuw 2021, "Fast and eager k-medoids clustering") swaps medoids
    until no swap makes the sum of the distances smaller; distances are not squared, so that far
    stores pull less than on a mean. It begins with the store nearest to each k-means centroid.

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


def _fit(rows, distances, begun):
    """Return the fit that swaps lead to from the stores nearest to the k-means centroids."""
    from_centroids = begun.squared_distances(rows)
    medoids = [
        np.where(begun.labels == number, from_centroids[:, number], np.inf).argmin()
        for number in range(len(begun.centroids))
    ]
    # one thread and no seed: the swaps are tried in the order of the rows
    found = kmedoids.fasterpam(distances, np.array(medoids), n_cpu=1)
    centroids = rows[np.sort(found.medoids.astype(int))]
    labels = Fit(centroids, None, None, 0.0).assign(rows)
    return make_fit(rows, labels, centroids=centroids)
