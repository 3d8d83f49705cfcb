"""HDBSCAN: as many clusters as there are dense regions, and stores that are in none."""

import numpy as np
from sklearn.cluster import HDBSCAN

from python_ml.algorithms.fit import Fit, make_fit
from python_ml.frames import resolve_minimum_size


def fit_hdbscan(rows: np.ndarray, counts: list[int], algorithm: dict) -> dict[int, Fit]:
    """Return the clusters that dense regions make, of any form and as many as there are.

    Campello, Moulavi and Sander (2013, "Density-based clustering based on hierarchical density
    estimates"), by scikit-learn. Stores between the regions are noise.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store.
    counts : list of int
        If one of them is larger than 1, the number that is found is in the answer, whichever it
        is; if one is 1, so is one cluster of all stores.
    algorithm : dict
        ``smallest_cluster``: the fewest stores of a region, or below 1 a share of the rows (at
        least 2 stores either way); ``minimum_samples``: how many stores have to be near for a
        place to be dense, None for as many as in the smallest region.

    Returns
    -------
    dict of int to Fit
        One cluster of all stores, none of them noise, where there is no region.

    Examples
    --------
    >>> rows = np.array([[0.0], [0.1], [0.2], [9.0], [9.1], [9.2], [9.3], [40.0]])
    >>> settings = {"smallest_cluster": 3, "minimum_samples": 3}
    >>> fits = fit_hdbscan(rows, [5], settings)
    >>> list(fits), fits[2].is_noise.tolist()
    ([2], [False, False, False, False, False, False, False, True])
    """
    one = {1: make_fit(rows, np.zeros(len(rows), dtype=int))}
    fits = one if 1 in counts else {}
    if all(k == 1 for k in counts):
        return fits
    smallest = max(resolve_minimum_size(algorithm["smallest_cluster"], len(rows)), 2)
    if len(rows) < 2 * smallest:
        return one
    near = algorithm["minimum_samples"] or smallest
    model = HDBSCAN(min_cluster_size=smallest, min_samples=min(near, len(rows)), copy=True)
    labels = model.fit(rows).labels_
    found = labels.max() + 1
    return fits | ({int(found): make_fit(rows, labels)} if found > 1 else one)
