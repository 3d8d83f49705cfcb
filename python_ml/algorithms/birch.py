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
    large databases"), by scikit-learn. The radius is doubled while there are more balls than a
    Ward tree can take, and halved while there are fewer than clusters asked for.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store, in a fixed order: a ball begins with the first that is far enough.
    counts : list of int
        The numbers of clusters, each at most the number of distinct rows.
    algorithm : dict
        ``radius``: the largest radius of a ball, as a share of the spread of the rows, which is
        the root of their mean squared distance from the mean.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [10.0], [11.0], [12.0]])
    >>> fit_birch(rows, [2], {"radius": 0.2})[2].labels.tolist()
    [1, 1, 0, 0, 0]
    """
    spread = np.sqrt(((rows - rows.mean(axis=0)) ** 2).sum(axis=1).mean())
    trees = {}
    fits = {}
    for k in counts:
        radius = algorithm["radius"]
        while True:
            if radius not in trees:
                trees[radius] = _tree(rows, radius, spread)
            tree, ball = trees[radius]
            if len(tree.rows) >= k:
                break
            radius /= 2
        fits[k] = make_fit(rows, tree.labels(k)[ball])
    return fits


def _tree(rows, radius, spread):
    """Return the Ward tree of the balls, and the ball of every row."""
    if radius < LEAST_RADIUS or spread == 0:
        _, first, ball = np.unique(
            np.round(rows, 9) + 0.0, axis=0, return_index=True, return_inverse=True
        )
        return WardTree(rows[first]), ball
    centres = None
    while centres is None:
        centres = _balls(rows, radius * spread)
        radius *= 2
    # a ball may be nearest to none of the rows once its neighbours have moved
    used, ball = np.unique(pairwise_distances_argmin(rows, centres), return_inverse=True)
    return WardTree(centres[used]), ball


def _balls(rows, threshold):
    """Return the centres of the balls, or nothing if there are too many."""
    model = Birch(threshold=threshold, n_clusters=None, compute_labels=False)
    for begin in range(0, len(rows), BATCH):
        model.partial_fit(rows[begin : begin + BATCH])
        if len(model.subcluster_centers_) > MOST_BALLS:
            return None
    return model.subcluster_centers_
