"""Small clusters given to large ones in a single pass, whole or store by store."""

import numpy as np

from python_ml.merging.cells import (
    Cells,
    Merge,
    Outcome,
    by_size,
    centroids_of,
    is_beyond,
    squared_distances,
    too_far,
)

LARGEST = "kept: no cluster is large enough, and this is the largest"
"""Why the cluster that takes the others may still be small."""


def to_nearest_large(
    rows: np.ndarray, cells: Cells, *, minimum: int, limit: float | None
) -> Outcome:
    """Give each small cluster, whole, to the large one with the nearest centroid.

    Centroids are those at the start, so that the order of the clusters does not matter. Where
    all clusters are small the largest takes the others.

    Examples
    --------
    >>> rows = np.array([[0.0], [0.2], [0.5], [3.0]])
    >>> cells = {"1_1": np.array([0, 1]), "1_2": np.array([2]), "2_1": np.array([3])}
    >>> outcome = to_nearest_large(rows, cells, minimum=2, limit=None)
    >>> [(merge.source, merge.target) for merge in outcome.merges]
    [('1_2', '1_1'), ('2_1', '1_1')]
    """
    small, large, notes = _parted(cells, minimum)
    centroids = centroids_of(rows, cells)
    merges = []
    for source in small:
        squared = squared_distances(centroids[source], [centroids[label] for label in large])
        place = int(squared.argmin())
        distance = float(squared[place]) ** 0.5
        if is_beyond(distance, limit):
            notes[source] = too_far("large cluster", distance, limit)
        else:
            merges.append(
                _merge(len(merges) + 1, "nearest_large", source, large[place], cells, centroids)
            )
    return Outcome(merges, notes)


def store_by_store(rows: np.ndarray, cells: Cells, *, minimum: int, limit: float | None) -> Outcome:
    """Give each store of a small cluster to the large one whose centroid is nearest to it.

    Centroids are those at the start. Where all clusters are small the largest takes the stores
    of the others. A store beyond the limit stays, and with it what is left of its cluster.

    Examples
    --------
    >>> rows = np.array([[0.0], [0.0], [1.0], [8.0], [9.0], [9.0]])
    >>> cells = {"1_1": np.array([0, 1]), "1_2": np.array([2, 3]), "2_1": np.array([4, 5])}
    >>> store_by_store(rows, cells, minimum=3, limit=None).merges[0].stores
    array([2, 3])
    >>> cells = {"1_1": np.array([0, 1]), "1_2": np.array([2]), "2_1": np.array([3, 4, 5])}
    >>> outcome = store_by_store(rows, cells, minimum=2, limit=None)
    >>> [(merge.source, merge.target, merge.stores.tolist()) for merge in outcome.merges]
    [('1_2', '1_1', [2])]
    """
    small, large, notes = _parted(cells, minimum)
    centroids = centroids_of(rows, cells)
    merges, step = [], 0
    for source in small:
        stores = cells[source]
        squared = squared_distances(rows[stores], [centroids[label] for label in large])
        places = squared.argmin(axis=1)
        distances = np.sqrt(squared.min(axis=1))
        far = np.array([is_beyond(float(distance), limit) for distance in distances])
        if far.any():
            notes[source] = too_far("large cluster", float(distances[far].min()), limit)
        step += not far.all()
        for place in np.unique(places[~far]):
            gone = stores[~far & (places == place)]
            merges.append(_merge(step, "per_store", source, large[place], cells, centroids, gone))
    return Outcome(merges, notes)


def _parted(cells, minimum):
    """Return the small labels, the smallest first, the large ones, the largest first, and notes."""
    ranked = by_size(cells)
    large = [label for label in ranked if len(cells[label]) >= minimum]
    notes = {} if large else {ranked[0]: LARGEST}
    large = large or ranked[:1]
    small = sorted(
        (label for label in cells if label not in large), key=lambda label: len(cells[label])
    )
    return small, large, notes


def _merge(step, mode, source, target, cells, centroids, stores=None):
    """Return the log of a move, with the distance of the centroids at the start."""
    squared = squared_distances(centroids[source], [centroids[target]])
    return Merge(
        step,
        mode,
        source,
        target,
        float(squared[0]) ** 0.5,
        len(cells[source]),
        len(cells[target]),
        cells[source] if stores is None else stores,
    )
