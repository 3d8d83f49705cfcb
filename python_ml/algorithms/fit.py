"""What every algorithm returns, and how a store that was not fitted joins a cluster."""

from typing import NamedTuple

import numpy as np


class Fit(NamedTuple):
    """The clusters an algorithm found in n fitted stores with p components.

    The distance of a store to a cluster is Euclidean, unless the algorithm gives each cluster a
    shape of its own: it is then ``sqrt(|(row - centroid) @ factor|**2 + offset)``.
    """

    centroids: np.ndarray
    """Shape (k, p), float64: the middle of each cluster (or its medoid), largest cluster first."""

    labels: np.ndarray
    """Shape (n,), int: the row of ``centroids`` each fitted store belongs to; noise included."""

    is_noise: np.ndarray
    """Shape (n,), bool: in no cluster by the algorithm; its label is then the nearest cluster."""

    inertia: float
    """Sum of the squared Euclidean distances of the fitted stores to their centroids."""

    factors: np.ndarray | None = None
    """Shape (k, p, p), or None for Euclidean distances."""

    offsets: np.ndarray | None = None
    """Shape (k,), 0 or more, or None for Euclidean distances."""

    def squared_distances(self, rows: np.ndarray) -> np.ndarray:
        """Return the squared distance of each of m rows to each cluster, shape (m, k).

        Rounded to 12 decimals, so that a tie is a tie on every machine.
        """
        factors = [None] * len(self.centroids) if self.factors is None else self.factors
        offsets = np.zeros(len(self.centroids)) if self.offsets is None else self.offsets
        columns = []
        for centroid, factor, offset in zip(self.centroids, factors, offsets, strict=True):
            differences = rows - centroid
            differences = differences if factor is None else differences @ factor
            columns.append((differences**2).sum(axis=1) + offset)
        return np.round(np.column_stack(columns), 12)

    def assign(self, rows: np.ndarray) -> np.ndarray:
        """Return the nearest cluster of each of m rows, shape (m,); a tie goes to the first."""
        return self.squared_distances(rows).argmin(axis=1)


def canonical_order(centroids: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how clusters are numbered, whatever numbers an algorithm gave them.

    The largest cluster is first; equal sizes go in lexicographic order of the centroids, rounded
    to 9 decimals.

    Parameters
    ----------
    centroids : ndarray of float64, shape (k, p)
        One row per cluster.
    labels : ndarray of int, shape (n,)
        Row of ``centroids`` each store belongs to.

    Returns
    -------
    order : ndarray of int, shape (k,)
        The old number of each new one.
    labels : ndarray of int, shape (n,)
        The new number of each store.

    Examples
    --------
    >>> order, labels = canonical_order(np.array([[5.0], [1.0]]), np.array([0, 1, 1]))
    >>> order.tolist(), labels.tolist()
    ([1, 0], [1, 0, 0])
    """
    sizes = np.bincount(labels, minlength=len(centroids))
    rounded = np.round(centroids, 9) + 0.0
    order = np.lexsort((*rounded.T[::-1], -sizes))
    new_number = np.empty(len(order), dtype=int)
    new_number[order] = np.arange(len(order))
    return order, new_number[labels]


def count_distinct(matrix: np.ndarray) -> int:
    """Return the number of distinct rows, equal meaning equal to 9 decimals.

    Examples
    --------
    >>> count_distinct(np.array([[0.1 + 0.2], [0.3], [1.0]]))
    2
    """
    return len(np.unique(np.round(matrix, 9) + 0.0, axis=0))
