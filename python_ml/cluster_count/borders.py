"""Borders: are there fewer stores between two clusters than beside the border?"""

from collections.abc import Sequence

import numpy as np
from scipy.spatial.distance import cdist

from python_ml.cluster_count.distances import distance_blocks

DECIMALS = 9
"""Stores that differ beyond these are in the same place."""

BORDER = round(1 / 6, DECIMALS)
"""Half the width of a border, as a share of the way between two centroids: a third of it lies
about the middle, and a third on either side reaches to the centroid."""


def border_densities(rows: np.ndarray, centres: Sequence[np.ndarray]) -> list[float]:
    """Return how full the borders of several clusterings are, against what lies beside them.

    Each store counts on the way between its two nearest centroids: in the middle third, which is
    the border, or in the third before either centroid. Of these two the emptier is compared with
    the border, and both are summed over all pairs of clusters.

    A cloud that is densest in one place has no valley on any way through it, so that it is about
    1 or above wherever it is cut: exactly so for all densities whose logarithm is concave
    (uniform in a convex body, normal, exponential and others; Prekopa 1973), as the stores whose
    two nearest centroids are the same lie in a convex cell.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store.
    centres : sequence of ndarray of float64, each of shape (k, p)
        The centroids of each clustering, two or more.

    Returns
    -------
    list of float
        Stores on the borders for each store beside them: near 0 where borders are empty, below 1
        where they are emptier than both sides, otherwise 1 and above. Few stores do not prove
        much, so each side gets one more, and the border half a standard error of the difference.

    Examples
    --------
    >>> even = np.arange(31.0)[:, None]
    >>> apart = even[(even[:, 0] < 12) | (even[:, 0] > 17)]
    >>> centres = np.array([[6.0], [24.0]])
    >>> [round(border_densities(rows, [centres])[0], 2) for rows in (even, apart)]
    [1.41, 0.49]
    """
    # Per clustering and pair of clusters: stores before the first, on the border, before the other.
    counts = [np.zeros((3, len(part) ** 2), dtype=int) for part in centres]
    between = [cdist(part, part, "sqeuclidean").ravel() for part in centres]
    for chunk, blocks in distance_blocks(rows, centres):
        positions = np.arange(chunk.stop - chunk.start)
        for squared, apart, count in zip(blocks, between, counts, strict=True):
            nearest = np.argsort(np.round(squared, DECIMALS), axis=0, kind="stable")[:2]
            first, second = np.sort(nearest, axis=0)
            pair = first * len(squared) + second
            difference = squared[first, positions] - squared[second, positions]
            # -0.5 at the first centroid, 0 half way, 0.5 at the second; copies are all border.
            way = np.zeros(len(pair))
            np.divide(difference, 2 * apart[pair], out=way, where=apart[pair] > 0)
            way = np.round(way, DECIMALS)
            is_border, is_between = np.abs(way) <= BORDER, np.abs(way) <= 0.5
            beside = is_between & ~is_border
            for line, lies_there in zip(
                count, (beside & (way < 0), is_border, beside & (way > 0)), strict=True
            ):
                line += np.bincount(pair[lies_there], minlength=len(apart))
    return [
        _density(border.sum(), np.minimum(before, behind).sum())
        for before, border, behind in counts
    ]


def _density(border, beside):
    """Return how full borders are with that many stores on them, and beside them."""
    return float((border + 1 + np.sqrt(border + beside + 1) / 2) / (beside + 1))
