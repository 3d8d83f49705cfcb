"""Clusters of a size between two bounds, by the cheapest moves that there are."""

import math

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from python_ml.merging.cells import (
    Cells,
    Merge,
    Outcome,
    by_size,
    centroids_of,
    squared_distances,
)

MOST_PAIRS = 200_000
"""Most pairs of a store and a cluster: one variable each, and 4 s of one core for so many."""


def bound_sizes(
    rows: np.ndarray, cells: Cells, *, minimum: int, maximum: int | None, most: int | None
) -> Outcome:
    """Move stores so that every cluster has a size within the bounds, as cheaply as can be.

    The largest clusters are kept: as many as can all have the minimum, and no more than
    ``most``. A store that stays costs nothing, one that moves costs its squared distance to the
    centroid, as it was at the start, of the cluster it joins; of all assignments that keep to
    the bounds one with the least total is taken. It is the minimum-cost flow of Bradley, Bennett
    and Demiriz 2000 (constrained k-means), solved once, as a linear programme whose vertices are
    whole numbers (its matrix is totally unimodular), by the dual simplex of HiGHS.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        The stores in the joint space, in a fixed order.
    cells : dict
        The clusters.
    minimum : int
        Fewest stores of a cluster. Where the category has fewer, one cluster is left.
    maximum : int or None
        Most stores of a cluster; None for no bound.
    most : int or None
        Most clusters; None for no bound.

    Raises
    ------
    ValueError
        If no sizes keep to the bounds, or there are more than ``MOST_PAIRS`` pairs of a store
        and a cluster.

    Notes
    -----
    Costs are divided by the largest and rounded to 9 decimals. Of stores that stand on one spot
    and come from one cluster, the first by key stay or go to the first cluster; between other
    assignments of one total the solver decides, the same way for the same stores.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [2.0], [3.0], [9.0]])
    >>> cells = {"1_1": np.array([0, 1, 2, 3]), "2_1": np.array([4])}
    >>> outcome = bound_sizes(rows, cells, minimum=2, maximum=3, most=None)
    >>> [(merge.source, merge.target, merge.stores.tolist()) for merge in outcome.merges]
    [('1_1', '2_1', [3])]
    """
    n = len(rows)
    count = min(len(cells), max(n // minimum, 1), most or len(cells))
    kept = by_size(cells)[:count]
    lower, upper = min(minimum, n), n if maximum is None else maximum
    if not lower * count <= n <= upper * count:
        raise ValueError(_no_sizes(n, count, len(cells), minimum, maximum))
    sizes = [len(cells[label]) for label in kept]
    if count == len(cells) and all(lower <= size <= upper for size in sizes):
        return Outcome([], {})
    if n * count > MOST_PAIRS:
        raise ValueError(
            f"merging.small_clusters size takes at most {MOST_PAIRS:,} pairs of a store and a "
            f"cluster, there are {n:,} stores and {count} clusters: choose fold, or a higher "
            "merging.minimum_cluster_size"
        )
    own = np.full(n, -1)
    for place, label in enumerate(cells):
        own[cells[label]] = place
    centroids = centroids_of(rows, cells)
    costs = squared_distances(rows, [centroids[label] for label in kept])
    columns = {label: column for column, label in enumerate(kept)}
    for label, column in columns.items():
        costs[cells[label], column] = 0.0
    costs = np.round(costs / (costs.max() or 1.0), 9)
    places = _settle_ties(_cheapest(costs, lower, upper), costs, own)
    return Outcome(_merges(rows, cells, kept, places, centroids), {})


def resolve_maximum_size(maximum: float, stores: int) -> int:
    """Return the largest allowed cluster in stores; a share is rounded down to a whole store.

    Examples
    --------
    >>> resolve_maximum_size(60, 300), resolve_maximum_size(0.29, 100), resolve_maximum_size(0.1, 5)
    (60, 29, 1)
    """
    return math.floor(maximum * stores + 1e-9) or 1 if maximum < 1 else int(maximum)


def _cheapest(costs, lower, upper):
    """Return the column of each row that makes the least total within the bounds."""
    n, count = costs.shape
    variables = np.arange(n * count)
    ones = np.ones(n * count)
    of_store = csr_array((ones, (variables // count, variables)), shape=(n, n * count))
    of_cluster = csr_array((ones, (variables % count, variables)), shape=(count, n * count))
    answer = linprog(
        costs.ravel(),
        A_ub=vstack([of_cluster, -of_cluster]),
        b_ub=np.repeat([upper, -lower], count),
        A_eq=of_store,
        b_eq=np.ones(n),
        bounds=(0, 1),
        method="highs-ds",
    )
    if answer.status != 0:
        raise ValueError(f"the sizes of the clusters could not be found: {answer.message}")
    return answer.x.reshape(n, count).argmax(axis=1)


def _settle_ties(places, costs, own):
    """Give rows that cannot be told apart their columns in order."""
    alike = np.unique(np.column_stack([own, costs]), axis=0, return_inverse=True)[1].ravel()
    # a column without cost, which is to stay, goes first
    rank = np.array([(costs[row, place], place) for row, place in enumerate(places)])
    settled = places.copy()
    by_key = np.lexsort((np.arange(len(places)), alike))
    by_rank = np.lexsort((rank[:, 1], rank[:, 0], alike))
    settled[by_key] = places[by_rank]
    return settled


def _merges(rows, cells, kept, places, centroids):
    """Return the log: one row for each pair of clusters between which stores moved."""
    merges = []
    for source, stores in cells.items():
        for column, target in enumerate(kept):
            gone = stores[places[stores] == column]
            if target == source or not len(gone):
                continue
            squared = squared_distances(centroids[source], [centroids[target]])
            distance = float(squared[0]) ** 0.5
            merges.append(
                Merge(1, "size", source, target, distance, len(stores), len(cells[target]), gone)
            )
    return merges


def _no_sizes(stores, count, there, minimum, maximum):
    """Return why no sizes keep to the bounds."""
    more = ""
    if count < there:
        more = ", lower merging.minimum_cluster_size or raise merging.maximum_clusters to keep more"
    return (
        f"{stores} stores cannot be parted into {count} of {there} clusters with at least "
        f"{minimum} and at most {maximum} stores each: raise merging.maximum_cluster_size to "
        f"{-(-stores // count)} or more{more}, or choose merging.small_clusters fold"
    )
