"""What every algorithm returns, and how a store that was not fitted joins a cluster."""

from collections.abc import Iterable
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


def make_fit(
    rows: np.ndarray,
    labels: np.ndarray,
    *,
    centroids: np.ndarray | None = None,
    factors: np.ndarray | None = None,
    offsets: np.ndarray | None = None,
) -> Fit:
    """Return the fit that labels stand for, under canonical numbers.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        The fitted stores.
    labels : ndarray of int, shape (n,)
        From 0 on, none left out; -1 for a store in no cluster, which gets the nearest one.
    centroids : ndarray of float64, shape (k, p), optional
        Where the middle of a cluster is not the mean of its stores.
    factors, offsets : ndarray, optional
        The shapes of the clusters, as in `Fit`.

    Examples
    --------
    >>> fit = make_fit(np.array([[0.0], [9.0], [11.0], [3.0]]), np.array([0, 1, 1, -1]))
    >>> fit.centroids.ravel().tolist(), fit.labels.tolist(), fit.is_noise.tolist()
    ([0.0, 10.0], [0, 1, 1, 0], [False, False, False, True])
    """
    is_noise = labels < 0
    if centroids is None:
        numbers = range(labels.max() + 1)
        centroids = np.stack([rows[labels == number].mean(axis=0) for number in numbers])
    if is_noise.any():
        nearest = Fit(centroids, labels, is_noise, 0.0, factors, offsets).assign(rows)
        labels = np.where(is_noise, nearest, labels)
    order, labels = canonical_order(centroids, labels)
    centroids = centroids[order]
    return Fit(
        centroids,
        labels,
        is_noise,
        float(((rows - centroids[labels]) ** 2).sum()),
        None if factors is None else factors[order],
        None if offsets is None else offsets[order],
    )


def count_distinct(matrix: np.ndarray, most: int | None = None) -> int:
    """Return the number of distinct rows, equal meaning equal to 9 decimals.

    With ``most`` it looks no further than where it has seen so many, and may return more.

    Examples
    --------
    >>> count_distinct(np.array([[0.1 + 0.2], [0.3], [1.0]]))
    2
    """
    seen = len(matrix) if most is None else min(len(matrix), 8 * most)
    distinct = len(np.unique(np.round(matrix[:seen], 9) + 0.0, axis=0))
    if seen == len(matrix) or distinct >= most:
        return distinct
    return count_distinct(matrix)


def check_counts(rows: np.ndarray, counts: Iterable[int]) -> list[int]:
    """Return the numbers of clusters, sorted, if each can be had from these rows.

    Raises
    ------
    ValueError
        If a number is smaller than 1 or larger than the number of distinct rows.

    Examples
    --------
    >>> check_counts(np.array([[0.0], [1.0]]), [2, 1, 2])
    [1, 2]
    """
    counts = sorted(set(counts))
    distinct = count_distinct(rows, most=max(counts, default=1))
    for k in counts:
        if not 1 <= k <= distinct:
            distinct = count_distinct(rows)
            raise ValueError(
                f"{k} clusters cannot be fitted: {len(rows)} stores have {distinct} distinct "
                f"rows, so k must be from 1 to {distinct}"
            )
    return counts
