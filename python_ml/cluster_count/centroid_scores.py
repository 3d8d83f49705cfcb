"""Scores that need no more than the distances of the stores to the centroids."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial.distance import cdist

from python_ml.cluster_count.distances import distance_blocks

SMALLEST_SHARE = 1e-12
"""A spread within the clusters below this share of the whole spread counts as this share."""


def centroid_scores(
    rows: np.ndarray, centres: Sequence[np.ndarray], labelings: Sequence[np.ndarray]
) -> list[dict]:
    """Return the scores of several clusterings from one pass over the rows.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per fitted store.
    centres : sequence of ndarray of float64, each of shape (k, p)
        The mean of each cluster.
    labelings : sequence of ndarray of int, each of shape (n,)
        Row of the centres each store belongs to.

    Returns
    -------
    list of dict
        For each clustering:

        - ``within``: sum of squared distances to the own centre (unit of the rows, squared);
        - ``sizes``: ndarray of int, shape (k,);
        - ``simplified_silhouette`` (-1 to 1; Hruschka, Campello and de Castro 2006; Wang and
          others 2017): mean of ``(b - a) / max(a, b)``, ``a`` the distance to the own centre,
          ``b`` to the nearest other; 0 for a store alone in its cluster;
        - ``calinski_harabasz`` (1974), as scikit-learn defines it, but growing without bound,
          not 1, as the spread within goes to 0;
        - ``davies_bouldin`` (1979), as scikit-learn defines it.

        All three are NaN for one cluster and for one store per cluster.

    Examples
    --------
    >>> rows = np.array([[0.0], [2.0], [10.0], [12.0]])
    >>> scores = centroid_scores(rows, [np.array([[1.0], [11.0]])], [np.array([0, 0, 1, 1])])[0]
    >>> scores["within"], scores["calinski_harabasz"], scores["davies_bouldin"]
    (4.0, 50.0, 0.2)
    """
    # Per clustering and cluster: stores, and sums of distances, squared distances, silhouettes.
    sums = [np.zeros((4, len(part))) for part in centres]
    for chunk, blocks in distance_blocks(rows, centres):
        positions = np.arange(chunk.stop - chunk.start)
        for squared, labels, total in zip(blocks, labelings, sums, strict=True):
            own_label = labels[chunk]
            own = squared[own_label, positions]
            squared[own_label, positions] = np.inf
            a, b = np.sqrt(own), np.sqrt(squared.min(axis=0))
            larger = np.maximum(a, b)
            value = np.divide(
                b - a, larger, out=np.zeros_like(a), where=(larger > 0) & (b < np.inf)
            )
            for line, weights in zip(total, (None, a, own, value), strict=True):
                line += np.bincount(own_label, weights, len(line))
    return [_scores(part, total, len(rows)) for part, total in zip(centres, sums, strict=True)]


def _scores(centres, sums, n):
    """Return the scores of one clustering from its sums."""
    sizes, distance, squared, silhouettes = sums
    k, within = len(centres), float(squared.sum())
    scores = {"within": within, "sizes": sizes.astype(int)}
    if not 1 < k < n:
        names = ("simplified_silhouette", "calinski_harabasz", "davies_bouldin")
        return scores | dict.fromkeys(names, np.nan)
    middle = sizes @ centres / n
    between = float(sizes @ ((centres - middle) ** 2).sum(axis=1))
    floor = SMALLEST_SHARE * (within + between)
    return scores | {
        "simplified_silhouette": float(silhouettes[sizes > 1].sum() / n),
        "calinski_harabasz": between / max(within, floor) * (n - k) / (k - 1),
        "davies_bouldin": _davies_bouldin(centres, distance / np.maximum(sizes, 1)),
    }


def _davies_bouldin(centres, scatter):
    """Return the mean, over the clusters, of the likeness to the one most like it."""
    apart = cdist(centres, centres)
    apart[apart == 0] = np.inf
    return float(((scatter[:, None] + scatter) / apart).max(axis=1).mean())
