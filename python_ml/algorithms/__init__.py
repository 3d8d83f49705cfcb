"""The clustering algorithms behind one interface: rows and numbers of clusters in, fits out."""

from collections.abc import Iterable

import numpy as np

from python_ml.algorithms.fit import Fit, count_distinct
from python_ml.algorithms.kmeans import fit_kmeans

__all__ = ["Fit", "count_distinct", "fit_counts"]


def fit_counts(rows: np.ndarray, counts: Iterable[int], *, algorithm: dict) -> dict[int, Fit]:
    """Return the clusters for each of several numbers of clusters.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store, in a fixed order: random starts draw by position.
    counts : iterable of int
        The numbers of clusters, from 1 to the number of distinct rows. An algorithm that finds
        its own number (hdbscan) returns the fits it finds instead.
    algorithm : dict
        The settings of the section ``algorithm``.

    Returns
    -------
    dict of int to Fit
        One per number of clusters. The fit of one number does not depend on which others are
        asked for.

    Raises
    ------
    ValueError
        If a number is smaller than 1 or larger than the number of distinct rows, or there are
        more rows than the algorithm can take.
    """
    return fit_kmeans(rows, counts, starts=algorithm["starts"], seed=algorithm["seed"])
