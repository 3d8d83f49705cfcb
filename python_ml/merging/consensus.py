"""Clusters of the stores that are together most often, on both sides and in resampled runs."""

from collections.abc import Iterable

import numpy as np
from scipy.cluster.hierarchy import cut_tree, fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import silhouette_score

from python_ml.algorithms import fit_counts
from python_ml.algorithms.fit import count_distinct
from python_ml.cluster_count.distances import nearest_labels
from python_ml.frames import resolve_minimum_size

MOST_STORES = 5_000
"""Every pair of stores is compared: so many take 1.2 GB at the peak and 12 s of one core."""

Side = tuple[np.ndarray, np.ndarray, float, dict]
"""Rows of shape (n, p), labels of shape (n,) (NaN where unknown), weight, settings."""


def agree_on_clusters(sides: Iterable[Side], is_fitted: np.ndarray, settings: dict) -> np.ndarray:
    """Return the cluster of each store by how often it is together with the others.

    On each side the stores have the labels of its clustering and those of as many resampled runs
    as ``resamples`` says: a bootstrap of the fitted stores is clustered into the number of
    clusters that the side has, and every store goes to the nearest. The agreement of two stores
    is the share of these labelings that put them together, averaged over the sides by their
    weights (evidence accumulation, Fred and Jain 2005). Average linkage of 1 - agreement gives
    the candidates; of those whose clusters are all large enough the one with the highest
    mean silhouette is taken, the fewest clusters of equal ones.

    Parameters
    ----------
    sides : iterable of (rows, labels, weight, settings)
        What counts: rows of shape (n, p), labels of shape (n,), NaN where the side does not know
        the store, a weight above 0, and the section ``algorithm`` of the side with ``resamples``.
    is_fitted : ndarray of bool, shape (n,)
        False for stores that no resampled run draws.
    settings : dict
        ``fixed``, ``minimum``, ``maximum``, ``minimum_cluster_size`` of the internal side.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0, the largest cluster first; of equal ones that of the first store.

    Raises
    ------
    ValueError
        If there are more than ``MOST_STORES`` stores.

    Notes
    -----
    A side of one cluster puts all stores together: it adds the same to every pair and decides
    nothing. If both sides do, or no candidate is large enough, there is one cluster. A pair is
    judged by the sides that know both stores; if none does, it never agrees.

    Examples
    --------
    >>> rows = np.array([[0.0], [0.1], [0.2], [9.0], [9.1], [9.2]])
    >>> algorithm = {"method": "ward", "seed": 0, "resamples": 4}
    >>> side = rows, np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0]), 1.0, algorithm
    >>> counts = {"fixed": None, "minimum": 2, "maximum": 3, "minimum_cluster_size": 2}
    >>> agree_on_clusters([side], np.full(6, True), counts).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    stores = len(is_fitted)
    if stores > MOST_STORES:
        raise ValueError(
            f"it compares all pairs and takes at most {MOST_STORES:,} stores, there are "
            f"{stores:,}: choose cross or joint"
        )
    together, weights = np.zeros((stores, stores)), np.zeros((stores, stores))
    for rows, labels, weight, algorithm in sides:
        known = ~np.isnan(labels)
        pairs = np.ix_(known, known)
        runs = [labels[known], *_resampled(rows[known], labels[known], is_fitted[known], algorithm)]
        together[pairs] += weight * _shares(runs)
        weights[pairs] += weight
    agreement = np.divide(together, weights, out=np.zeros_like(together), where=weights > 0)
    distances = np.round(1 - agreement, 9)
    np.fill_diagonal(distances, 0)
    return _by_size(_cut(distances, settings))


def _resampled(rows, labels, is_fitted, algorithm):
    """Return the labels of each resampled run."""
    fitted = rows[is_fitted]
    k = len(np.unique(labels))
    if k == 1 or not len(fitted):
        return []
    runs = []
    for number in range(algorithm["resamples"]):
        generator = np.random.default_rng([algorithm["seed"], 3, number])
        drawn = fitted[np.sort(generator.integers(len(fitted), size=len(fitted)))]
        fits = fit_counts(drawn, [min(k, count_distinct(drawn))], algorithm=algorithm)
        runs += nearest_labels(list(fits.values()), rows)[-1:]
    return runs


def _shares(runs):
    """Return the share of labelings that put each pair together, shape (n, n)."""
    total = np.zeros((len(runs[0]), len(runs[0])))
    for labels in runs:
        total += labels[:, None] == labels[None, :]
    return total / len(runs)


def _cut(distances, settings):
    """Return the labels of the candidate with the highest silhouette, or of one cluster."""
    stores, nothing = len(distances), np.zeros(len(distances), dtype=int)
    if not distances.any():
        return nothing
    tree = linkage(squareform(distances, checks=False), method="average")
    # stores that are always together cannot be told apart
    distinct = fcluster(tree, 0, criterion="distance").max()
    if settings["fixed"] is not None:
        return cut_tree(tree, min(settings["fixed"], distinct)).ravel()
    minimum = resolve_minimum_size(settings["minimum_cluster_size"], stores)
    counts = range(settings["minimum"], min(settings["maximum"], distinct, stores - 1) + 1)
    best, highest = nothing, -np.inf
    # by the number of merges: a cut by height miscounts where merges tie in height
    for labels in cut_tree(tree, list(counts)).T if counts else []:
        if np.bincount(labels).min() < minimum:
            continue
        score = round(float(silhouette_score(distances, labels, metric="precomputed")), 9)
        if score > highest:
            best, highest = labels, score
    return best


def _by_size(labels):
    """Return the labels numbered from 0, the largest cluster first, then by the first store."""
    names, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    numbers = np.empty(len(names), dtype=int)
    numbers[order] = np.arange(len(names))
    return numbers[np.searchsorted(names, labels)]
