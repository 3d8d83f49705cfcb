"""What all ways of dissolving small clusters share: clusters as lists of rows, and a log."""

from typing import NamedTuple

import numpy as np

DIVIDER = "/"
"""Stands in a label before the values that it is split by."""

Cells = dict[str, np.ndarray]
"""The rows of each cluster, by label; labels in natural order, rows ascending."""


class Merge(NamedTuple):
    """Stores that went from one cluster to another, at once."""

    step: int
    mode: str
    source: str
    target: str
    distance: float
    """Between the two centroids, before the stores went."""
    source_size: int
    target_size: int
    stores: np.ndarray
    """The rows of the stores that went."""


class Outcome(NamedTuple):
    """What a way of dissolving small clusters did."""

    merges: list[Merge]
    notes: dict[str, str]
    """Why a small cluster was kept."""


def split_value(label: str) -> str:
    """Return what a label is split by, or nothing.

    Examples
    --------
    >>> split_value("1_2/North/Mini"), split_value("1_2")
    ('North/Mini', '')
    """
    return label.partition(DIVIDER)[2]


def centroids_of(rows: np.ndarray, cells: Cells) -> dict[str, np.ndarray]:
    """Return the mean of the rows of each cluster.

    Examples
    --------
    >>> centroids_of(np.array([[0.0], [2.0], [9.0]]), {"1_1": np.array([0, 1])})
    {'1_1': array([1.])}
    """
    return {label: rows[stores].mean(axis=0) for label, stores in cells.items()}


def by_size(cells: Cells) -> list[str]:
    """Return the labels, the largest cluster first; equal ones in natural order.

    Examples
    --------
    >>> by_size({"1_1": np.array([0]), "2_1": np.array([1, 2]), "10_1": np.array([3])})
    ['2_1', '1_1', '10_1']
    """
    return sorted(cells, key=lambda label: -len(cells[label]))


def squared_distances(points: np.ndarray, centroids: list[np.ndarray]) -> np.ndarray:
    """Return the squared distances of m points to k centroids, rounded so that ties tie.

    Examples
    --------
    >>> squared_distances(np.array([[0.1 + 0.2]]), [np.array([0.3]), np.array([0.0])])
    array([[0.  , 0.09]])
    """
    columns = [((points - centroid) ** 2).sum(axis=-1) for centroid in centroids]
    return np.round(np.stack(columns, axis=-1), 12)


def is_beyond(distance: float, limit: float | None) -> bool:
    """Return whether a distance is larger than the limit; equal to 9 decimals is not.

    Examples
    --------
    >>> is_beyond(0.1 + 0.2, 0.3), is_beyond(0.31, 0.3), is_beyond(9.0, None)
    (False, True, False)
    """
    return limit is not None and round(distance, 9) > limit


def too_far(nearest: str, distance: float, limit: float) -> str:
    """Return why a cluster was kept: the nearest one is too far away.

    Examples
    --------
    >>> too_far("cluster", 3.21987, 2)
    'kept: the nearest cluster is 3.22 away, the limit is 2'
    """
    return f"kept: the nearest {nearest} is {distance:.3g} away, the limit is {limit:.3g}"


def after(cells: Cells, merges: list[Merge]) -> Cells:
    """Return the clusters after stores went from one to another.

    Examples
    --------
    >>> cells = {"1_1": np.array([0, 2]), "1_2": np.array([1])}
    >>> after(cells, [Merge(1, "fold", "1_2", "1_1", 3.0, 1, 2, np.array([1]))])
    {'1_1': array([0, 1, 2])}
    """
    members = dict(cells)
    for merge in merges:
        # sorted, so that the sum behind a centroid does not depend on who joined when
        joined = np.concatenate([members.get(merge.target, merge.stores[:0]), merge.stores])
        members[merge.target] = np.sort(joined)
        members[merge.source] = np.setdiff1d(members[merge.source], merge.stores)
    return {label: stores for label, stores in members.items() if len(stores)}
