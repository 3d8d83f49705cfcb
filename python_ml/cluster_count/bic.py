"""The Bayesian information criterion of clusters, as a mixture of normal distributions."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

SHAPES = ("spherical", "diag", "tied", "full")
"""The shapes of clusters that are tried, as scikit-learn names them."""

STORES_PER_PARAMETER = 20
"""Clusters of a full shape of their own need more stores per cluster and component than this."""


def spherical_bic(inertia: float, sizes: np.ndarray, components: int) -> float:
    """Return the BIC of k-means clusters (Pelleg and Moore 2000, X-means); lower is better.

    The model: each cluster is a ball of normal distribution, all with one variance, in
    proportion to its stores. ``-2 log likelihood + parameters * log(n)``, where the variance is
    ``inertia / (p * (n - k))`` and the parameters are ``k - 1`` shares, ``k * p`` coordinates and
    the variance.

    Parameters
    ----------
    inertia : float
        Sum of squared distances to the own centroid; above 0.
    sizes : ndarray of int, shape (k,)
        Stores in each cluster.
    components : int
        The number p of coordinates.

    Returns
    -------
    float
        NaN if there are not more stores than clusters.

    Examples
    --------
    >>> round(spherical_bic(4.0, np.array([2, 2]), 1), 3)
    23.214
    """
    n, k, p = int(sizes.sum()), len(sizes), components
    if n <= k:
        return np.nan
    filled = sizes[sizes > 0]
    variance = inertia / (p * (n - k))
    likelihood = (
        float(filled @ np.log(filled / n))
        - n * p / 2 * np.log(2 * np.pi * variance)
        - p * (n - k) / 2
    )
    return float(-2 * likelihood + (k - 1 + k * p + 1) * np.log(n))


def mixture_bic(rows: np.ndarray, k: int, *, seed: int) -> float:
    """Return the lowest BIC of normal mixtures of several shapes (Fraley and Raftery 2002).

    The full shape is left out where the components are more than
    ``n / (STORES_PER_PARAMETER * k)``: it then fits noise.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per fitted store.
    k : int
        The number of clusters.
    seed : int
        Seed of the k-means start of each mixture.

    Returns
    -------
    float
        Lower is better.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(60, 2))
    >>> rows[30:] += 9
    >>> mixture_bic(rows, 2, seed=0) < mixture_bic(rows, 1, seed=0)
    True
    """
    n, p = rows.shape
    shapes = SHAPES if p <= n / (STORES_PER_PARAMETER * k) else SHAPES[:-1]
    values = []
    with warnings.catch_warnings():
        # A mixture that still moves after 100 rounds has a BIC all the same.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for shape in shapes:
            mixture = GaussianMixture(k, covariance_type=shape, random_state=seed)
            values.append(mixture.fit(rows).bic(rows))
    return float(min(values))
