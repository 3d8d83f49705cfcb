"""Silhouettes of many labelings from one pass over the distances."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import pairwise_distances_chunked

from python_ml.cluster_count.sampling import sample_of

SILHOUETTE_STORES = 10_000
"""Above this many fitted stores the silhouette looks at one fixed sample of this size."""


def mean_silhouettes(rows: np.ndarray, labelings: Sequence[np.ndarray], *, seed: int) -> list:
    """Return the mean silhouette of several labelings from one pass over the distances.

    Every distance is computed once and multiplied with the one-hot labels of all labelings at
    once, which is about 20 times as fast as one `sklearn.metrics.silhouette_score` each, and
    exact.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store.
    labelings : sequence of ndarray of int, each of shape (n,)
        Labels from 0 on.
    seed : int
        Seed of the sample that is taken when there are more than ``SILHOUETTE_STORES`` rows; it
        is the same sample for all labelings.

    Returns
    -------
    list of float
        One mean silhouette (-1 to 1) per labeling; a store alone in its cluster counts as 0.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> two, three = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])
    >>> [round(value, 3) for value in mean_silhouettes(rows, [two, three], seed=0)]
    [0.9, 0.447]
    """
    if not labelings:
        return []
    if len(rows) > SILHOUETTE_STORES:
        sample = sample_of(len(rows), SILHOUETTE_STORES, seed)
        rows, labelings = rows[sample], [labels[sample] for labels in labelings]
    one_hot = [np.eye(labels.max() + 1)[labels] for labels in labelings]
    columns = np.hstack(one_hot)
    chunks = pairwise_distances_chunked(rows, reduce_func=lambda distances, _: distances @ columns)
    summed = np.concatenate(list(chunks))
    ends = np.cumsum([block.shape[1] for block in one_hot])
    return [
        _mean_silhouette(sums, labels)
        for sums, labels in zip(np.split(summed, ends[:-1], axis=1), labelings, strict=True)
    ]


def _mean_silhouette(sums, labels):
    """Return the mean silhouette from each row's summed distances to each cluster."""
    sizes = np.bincount(labels, minlength=sums.shape[1])
    own = np.arange(len(labels)), labels
    own_size = sizes[labels]
    within = sums[own] / np.maximum(own_size - 1, 1)
    means = np.where(sizes > 0, sums / np.maximum(sizes, 1), np.inf)
    means[own] = np.inf
    between = means.min(axis=1)
    larger = np.maximum(within, between)
    comparable = (own_size > 1) & (larger > 0) & np.isfinite(between)
    differences = np.subtract(between, within, out=np.zeros_like(within), where=comparable)
    return float(np.mean(differences / np.where(comparable, larger, 1.0)))
