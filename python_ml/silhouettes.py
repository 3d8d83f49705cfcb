"""How clearly every store belongs to its cluster, from one pass over the distances."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist
from threadpoolctl import threadpool_limits

from python_ml.frames import check_keys, stack, typed

SCHEMA = {
    "category": "str",
    "stage": "str",
    "store_id": "str",
    "cluster": "str",
    "silhouette": "float64",
    "simplified_silhouette": "float64",
}

DECIMALS = 9
"""Published silhouettes are rounded to these, so that they are the same on every machine."""

CHUNK_ROWS = 256
"""Rows whose distances to all others are held at once."""


def measure_silhouettes(sample: pd.DataFrame) -> pd.DataFrame:
    """Return the silhouettes of the stores of every category and stage.

    A store is compared with the other stores of the frame only, so that the frame decides what
    is exact and what is an estimate: all stores give the exact silhouettes.

    Parameters
    ----------
    sample : DataFrame
        Columns ``category``, ``stage``, ``store_id``, ``cluster`` and ``position`` (its
        coordinates, in the same order for every store of a category and stage); one row per
        category, stage and store, in any order.

    Returns
    -------
    DataFrame
        The same rows, sorted, with two figures from -1 (would belong elsewhere) to 1 (clearly
        in its cluster), rounded to 9 decimals; both are 0 for a store alone in its cluster:

        - ``silhouette`` (Rousseeuw 1987): ``(b - a) / max(a, b)``, where ``a`` is the mean
          Euclidean distance to the other stores of its cluster, and ``b`` the mean distance to
          the stores of the nearest other cluster;
        - ``simplified_silhouette`` (Hruschka, Campello and de Castro 2006): the same with the
          distances to the means of the clusters.

    Raises
    ------
    ValueError
        If a key is null or occurs twice, the stores of a stage have not the same number of
        coordinates, a coordinate is not finite, or a stage has fewer than two clusters.

    Examples
    --------
    >>> sample = pd.DataFrame(
    ...     {
    ...         "category": "beer",
    ...         "stage": "final",
    ...         "store_id": ["s1", "s2", "s3"],
    ...         "cluster": ["1", "1", "2"],
    ...         "position": [[0.0], [2.0], [8.0]],
    ...     }
    ... )
    >>> measure_silhouettes(sample).iloc[:, 2:]
      store_id cluster  silhouette  simplified_silhouette
    0       s1       1    0.750000               0.875000
    1       s2       1    0.666667               0.833333
    2       s3       2    0.000000               0.000000
    """
    check_keys(sample, ["category", "stage", "store_id"])
    check_keys(sample, ["category", "stage", "store_id", "cluster"])
    groups = sample.groupby(["category", "stage"], sort=True)
    with threadpool_limits(limits=1):
        return stack((_of_stage(*key, stores) for key, stores in groups), SCHEMA)


def silhouettes(rows: np.ndarray, labelings: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the silhouette of every row under each of several labelings.

    Every distance is computed once and multiplied with the one-hot labels of all labelings at
    once, which is about 20 times as fast as one `sklearn.metrics.silhouette_samples` each. All
    pairs count; distances from a matrix product lose half of the digits, which a choice between
    labelings does not feel: the figures agree to about 1e-8.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store.
    labelings : sequence of ndarray of int, each of shape (n,)
        Labels from 0 on.

    Returns
    -------
    list of ndarray of float64, each of shape (n,)
        One per labeling, -1 to 1; 0 for a store alone in its cluster.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> [values] = silhouettes(rows, [np.array([0, 0, 1, 2])])
    >>> values.round(3).tolist()
    [0.9, 0.889, 0.0, 0.0]
    """
    if not labelings:
        return []
    one_hot = [np.eye(labels.max() + 1)[labels] for labels in labelings]
    columns = np.hstack(one_hot)
    summed = _summed(_fast_distances(rows - rows.mean(axis=0)), columns)
    ends = np.cumsum([block.shape[1] for block in one_hot])
    return [
        _from_sums(sums, labels)
        for sums, labels in zip(np.split(summed, ends[:-1], axis=1), labelings, strict=True)
    ]


def simplified_silhouettes(rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the simplified silhouette of every row, from the distances to the cluster means.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store.
    labels : ndarray of int, shape (n,)
        Labels from 0 on, each of them used.

    Returns
    -------
    ndarray of float64, shape (n,)
        -1 to 1; 0 for a store alone in its cluster.

    Examples
    --------
    >>> rows = np.array([[0.0], [2.0], [9.0], [11.0]])
    >>> simplified_silhouettes(rows, np.array([0, 0, 1, 1])).tolist()
    [0.9, 0.875, 0.875, 0.9]
    """
    sizes = np.bincount(labels)
    means = np.stack([rows[labels == label].mean(axis=0) for label in range(len(sizes))])
    distances = cdist(rows, means)
    own = np.arange(len(labels)), labels
    within = distances[own]
    distances[own] = np.inf
    return _compare(within, distances.min(axis=1), sizes[labels])


def _of_stage(category, stage, stores):
    """Return the silhouettes of one stage of one category."""
    name = f"category {category!r}, stage {stage!r}"
    stores = stores.sort_values("store_id")
    if stores["position"].map(len).nunique() > 1:
        raise ValueError(f"{name}: the stores have different numbers of coordinates")
    rows = np.stack(stores["position"].to_list()).astype("float64")
    if not np.isfinite(rows).all():
        raise ValueError(f"{name}: a coordinate is not a finite number")
    clusters, labels = np.unique(stores["cluster"].to_numpy(dtype=str), return_inverse=True)
    if len(clusters) < 2:
        raise ValueError(f"{name}: one cluster has no silhouettes, expected two or more")
    summed = _summed(_exact_distances(rows), np.eye(len(clusters))[labels])
    figures = {
        "silhouette": _from_sums(summed, labels).round(DECIMALS),
        "simplified_silhouette": simplified_silhouettes(rows, labels).round(DECIMALS),
    }
    return typed(stores.reset_index(drop=True).assign(**figures), SCHEMA)


def _summed(blocks, columns):
    """Return the sum of the distances of each row to the rows marked in each column."""
    return np.concatenate([distances @ columns for distances in blocks])


def _exact_distances(rows):
    """Yield the distances of a chunk of rows to all rows, to the last digit."""
    for start in range(0, len(rows), CHUNK_ROWS):
        yield cdist(rows[start : start + CHUNK_ROWS], rows)


def _fast_distances(rows):
    """Yield the distances of a chunk of rows to all rows, as one product per chunk."""
    squares, ones = np.einsum("ij,ij->i", rows, rows), np.ones(len(rows))
    # |x - y|**2 as one product: (-2 x, |x|**2, 1) times (y, 1, |y|**2).
    left = np.column_stack([-2 * rows, squares, ones])
    right = np.ascontiguousarray(np.column_stack([rows, ones, squares]).T)
    for start in range(0, len(rows), CHUNK_ROWS):
        distances = left[start : start + CHUNK_ROWS] @ right
        np.maximum(distances, 0, out=distances)
        np.sqrt(distances, out=distances)
        positions = np.arange(len(distances))
        distances[positions, start + positions] = 0
        yield distances


def _from_sums(sums, labels):
    """Return the silhouettes from each row's summed distances to each cluster."""
    sizes = np.bincount(labels, minlength=sums.shape[1])
    own = np.arange(len(labels)), labels
    within = sums[own] / np.maximum(sizes[labels] - 1, 1)
    means = np.where(sizes > 0, sums / np.maximum(sizes, 1), np.inf)
    means[own] = np.inf
    return _compare(within, means.min(axis=1), sizes[labels])


def _compare(within, between, own_size):
    """Return (b - a) / max(a, b), or 0 where a store has nobody to be compared with."""
    larger = np.maximum(within, between)
    comparable = (own_size > 1) & (larger > 0) & np.isfinite(between)
    differences = np.subtract(between, within, out=np.zeros_like(within), where=comparable)
    return differences / np.where(comparable, larger, 1.0)
