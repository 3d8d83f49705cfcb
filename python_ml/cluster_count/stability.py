"""Stability: do resampled stores fall into the same clusters?"""

from itertools import combinations

import numpy as np

from python_ml.algorithms import Fit
from python_ml.cluster_count.distances import nearest_labels
from python_ml.cluster_count.refit import refit
from python_ml.cluster_count.sampling import sample_of

RESAMPLE_STORES = 2_000
"""A resample holds as many stores as were fitted, but not more than this."""

LABELLED_STORES = 10_000
"""Agreement is measured on all stores, above this many on one fixed sample of them."""


def stabilities(
    rows: np.ndarray,
    every_row: np.ndarray,
    counts: list[int],
    *,
    resamples: int,
    algorithm: dict,
) -> list[float]:
    """Return how well clusterings of resampled stores agree, for each number of clusters.

    Each resample (a bootstrap: drawn with repeats) is clustered by `refit`, and every store
    goes to its nearest cluster. The stability is the mean adjusted Rand index over all pairs of
    resamples (Hennig 2007 draws and judges alike; Fang and Wang 2012 compare pairs).

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per fitted store.
    every_row : ndarray of float64, shape (m, p)
        One row per store, excluded ones too: they are labelled, not fitted.
    counts : list of int
        The numbers of clusters, each 2 or more.
    resamples : int
        How many, 2 or more.
    algorithm : dict
        The settings of the section ``algorithm``.

    Returns
    -------
    list of float
        About 0 (chance) to 1 (always the same), one per number. Where the algorithm finds its
        own number, its clusterings are compared whatever number each of them finds; one that
        finds a single cluster agrees with none.

    Notes
    -----
    Resamples of ``RESAMPLE_STORES`` of 10,000 stores vary more than full ones would: where
    clusters overlap the figure is a little lower, and never higher, than from full resamples.

    Examples
    --------
    >>> rows = np.repeat([[0.0], [90.0]], 10, axis=0) + np.arange(20)[:, None]
    >>> algorithm = {"method": "kmeans", "starts": 1, "seed": 0}
    >>> stabilities(rows, rows, [2], resamples=4, algorithm=algorithm)
    [1.0]
    """
    labelled = every_row[sample_of(len(every_row), LABELLED_STORES, algorithm["seed"])]
    drawn = [_resample(rows, counts, algorithm, number) for number in range(resamples)]
    labels = [nearest_labels(list(fits.values()), labelled) for fits in drawn]
    if all(set(counts) <= set(fits) for fits in drawn):
        return [agreement(labelings) for labelings in zip(*labels, strict=True)]
    # An algorithm that finds its own number: its largest answer beside one cluster.
    found = [
        dict(zip(fits, part, strict=True))[max(fits)]
        for fits, part in zip(drawn, labels, strict=True)
    ]
    return [agreement(found)] * len(counts)


def agreement(labelings: list[np.ndarray]) -> float:
    """Return the mean adjusted Rand index (Hubert and Arabie 1985) over all pairs.

    Parameters
    ----------
    labelings : list of ndarray of int, each of shape (n,)
        Labels from 0 on, two or more.

    Returns
    -------
    float
        0 for a pair of which one has a single cluster.

    Examples
    --------
    >>> first, second = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])
    >>> round(agreement([first, second]), 3), agreement([first, 1 - first])
    (0.571, 1.0)
    """
    n, width = len(labelings[0]), 1 + max(int(labels.max()) for labels in labelings)
    codes = [labels.astype(np.int64) for labels in labelings]
    pairs = list(combinations(range(len(codes)), 2))
    tables = np.stack(
        [np.bincount(codes[i] * width + codes[j], minlength=width**2) for i, j in pairs]
    ).reshape(-1, width, width)
    both = _pairs_within(tables).sum(axis=(1, 2))
    first = _pairs_within(tables.sum(axis=2)).sum(axis=1)
    second = _pairs_within(tables.sum(axis=1)).sum(axis=1)
    whole = _pairs_within(n)
    single = np.maximum(first, second) == whole
    by_chance = first * second / max(whole, 1)
    most = (first + second) / 2
    index = np.divide(
        both - by_chance, most - by_chance, out=np.ones(len(pairs)), where=most != by_chance
    )
    return float(np.where(single, 0.0, index).mean())


def _pairs_within(sizes):
    """Return the number of pairs that can be made of so many."""
    return sizes * (sizes - 1) / 2


def _resample(rows, counts, algorithm, number) -> dict[int, Fit]:
    """Return the fits of one resample."""
    size = min(len(rows), RESAMPLE_STORES)
    generator = np.random.default_rng([algorithm["seed"], 2, number])
    drawn, times = np.unique(generator.integers(len(rows), size=size), return_counts=True)
    return refit(rows[drawn], counts, algorithm=algorithm, weights=times)
