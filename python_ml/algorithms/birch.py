"""Birch: stores summed up in small balls first, the balls clustered by Ward."""

import numpy as np
from sklearn.cluster import Birch
from sklearn.metrics import pairwise_distances_argmin

from python_ml.algorithms.fit import Fit, make_fit
from python_ml.algorithms.ward import WardTree

MOST_BALLS = 5_000
"""More are too many for a Ward tree: the balls grow, as in the paper when memory is full."""

LEAST_RADIUS = 1e-6
"""Share of the spread below which rounding decides; every distinct row is a ball then."""

BATCH = 5_000


def fit_birch(rows: np.ndarray, counts: list[int], algorithm: dict) -> dict[int, Fit]:
    """Return Ward's clusters of the balls that one pass over the stores sums them up in.

    Zhang, Ramakrishnan and Livny (1996, "BIRCH: an efficient data clustering method for very
    large databases"), by scikit-learn. The radius grows where there are more balls than a Ward
    tree can take, and shrinks where there are fewer than clusters asked for.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store, in a fixed order: a ball begins with the first that is far enough.
    counts : list of int
        The numbers of clusters, each at most the number of distinct rows.
    algorithm : dict
        ``radius``: the largest radius of a ball, as a share of the spread of the rows, which is
        the root of their mean squared distance from the mean.

    Raises
    ------
    ValueError
        If no radius gives at least as many balls as clusters and no more than ``MOST_BALLS``.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [10.0], [11.0], [12.0]])
    >>> fit_birch(rows, [2], {"radius": 0.2})[2].labels.tolist()
    [1, 1, 0, 0, 0]
    """
    trees = {}
    fits = {}
    for k in counts:
        tree, ball = _fitting_tree(rows, k, algorithm["radius"], trees)
        fits[k] = make_fit(rows, tree.labels(k)[ball])
    return fits


def _fitting_tree(rows, k, radius, trees):
    """Return the tree of the radius nearest to the one asked for that has enough balls."""
    low, high = 0.0, np.inf
    while high > 1.001 * low:
        if radius not in trees:
            trees[radius] = _tree(rows, radius)
        if trees[radius] is None:
            low = radius
        elif len(trees[radius][0].rows) < k:
            high = radius
        else:
            return trees[radius]
        elsewhere = np.sqrt(low * high) if low > 0 else high / 2
        radius = low * 2 if high == np.inf else elsewhere
    raise ValueError(
        f"birch finds no radius with {k} to {MOST_BALLS:,} balls of stores: "
        "set algorithm.method to kmeans"
    )


def _tree(rows, radius):
    """Return the Ward tree of the balls and the ball of every row; nothing if too many."""
    spread = np.sqrt(((rows - rows.mean(axis=0)) ** 2).sum(axis=1).mean())
    if radius < LEAST_RADIUS or spread == 0:
        _, first, ball = np.unique(
            np.round(rows, 9) + 0.0, axis=0, return_index=True, return_inverse=True
        )
        return (WardTree(rows[first]), ball) if len(first) <= MOST_BALLS else None
    model = Birch(threshold=radius * spread, n_clusters=None, compute_labels=False)
    for begin in range(0, len(rows), BATCH):
        model.partial_fit(rows[begin : begin + BATCH])
        if len(model.subcluster_centers_) > MOST_BALLS:
            return None
    # a ball may be nearest to none of the rows once its neighbours have moved
    nearest = pairwise_distances_argmin(rows, model.subcluster_centers_)
    used, ball = np.unique(nearest, return_inverse=True)
    return WardTree(model.subcluster_centers_[used]), ball
