"""The clustering algorithms behind one interface: rows and numbers of clusters in, fits out."""

from collections.abc import Iterable

import numpy as np
from threadpoolctl import threadpool_limits

from python_ml.algorithms.fit import Fit, check_counts, count_distinct
from python_ml.algorithms.registry import ALGORITHMS

__all__ = [
    "Fit",
    "check_store_count",
    "count_distinct",
    "cuts_half_way",
    "finds_own_count",
    "fit_counts",
]


def fit_counts(rows: np.ndarray, counts: Iterable[int], *, algorithm: dict) -> dict[int, Fit]:
    """Return the clusters for each of several numbers of clusters.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store, in a fixed order: random starts draw by position.
    counts : iterable of int
        The numbers of clusters, from 1 to the number of distinct rows. An algorithm that finds
        its own number (hdbscan) returns the fit it finds instead, and that of 1 if it is asked
        for.
    algorithm : dict
        The settings of the section ``algorithm``: ``method``, the name of the algorithm, and
        what that one obeys.

    Returns
    -------
    dict of int to Fit
        One per number of clusters, none of them empty. The fit of one number does not depend on
        which others are asked for.

    Raises
    ------
    ValueError
        If a number is smaller than 1 or larger than the number of distinct rows, or there are
        more rows than the algorithm can take.
    KeyError
        If a setting is missing, or there is no such algorithm.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [10.0], [11.0], [12.0]])
    >>> fits = fit_counts(rows, [1, 2], algorithm={"method": "ward"})
    >>> {k: fit.centroids.ravel().tolist() for k, fit in fits.items()}
    {1: [6.8], 2: [11.0, 0.5]}
    """
    method = algorithm["method"]
    check_store_count(method, len(rows))
    counts = check_counts(rows, counts)
    rows = np.ascontiguousarray(rows, dtype=np.float64)
    with threadpool_limits(limits=1):
        return ALGORITHMS[method].fit(rows, counts, algorithm)


def cuts_half_way(method: str) -> bool:
    """Return whether an algorithm parts stores about half way between centroids.

    Examples
    --------
    >>> cuts_half_way("kmeans"), cuts_half_way("spectral")
    (True, False)
    """
    return ALGORITHMS[method].cuts_half_way


def finds_own_count(method: str) -> bool:
    """Return whether an algorithm finds the number of clusters itself.

    Examples
    --------
    >>> finds_own_count("kmeans"), finds_own_count("hdbscan")
    (False, True)
    """
    return ALGORITHMS[method].finds_own_count


def check_store_count(method: str, stores: int) -> None:
    """Raise ValueError if an algorithm cannot take so many stores.

    Examples
    --------
    >>> check_store_count("ward", 20_001)
    Traceback (most recent call last):
    ValueError: ward takes at most 20,000 stores, there are 20,001: set algorithm.method to birch
    """
    most, instead = ALGORITHMS[method].most_stores, ALGORITHMS[method].instead
    if most is not None and stores > most:
        raise ValueError(
            f"{method} takes at most {most:,} stores, there are {stores:,}: "
            f"set algorithm.method to {instead}"
        )
