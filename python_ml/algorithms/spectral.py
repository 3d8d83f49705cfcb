"""Spectral clustering: stores that are linked through near neighbours belong together."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist
from sklearn.manifold import spectral_embedding
from sklearn.neighbors import kneighbors_graph

from python_ml.algorithms.fit import Fit, make_fit
from python_ml.algorithms.kmeans import fit_kmeans


def fit_spectral(rows: np.ndarray, counts: list[int], algorithm: dict) -> dict[int, Fit]:
    """Return clusters with few links between them in the graph of nearest neighbours.

    Ng, Jordan and Weiss (2001, "On spectral clustering") on the graph of von Luxburg (2007, "A
    tutorial on spectral clustering"): k-means on the first k eigenvectors of its Laplacian. A
    cluster may have any form, such as a ring around another.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store; equal rows are one knot of the graph.
    counts : list of int
        The numbers of clusters, each at most the number of distinct rows.
    algorithm : dict
        ``neighbours``: so many nearest rows are linked to each; ``starts`` and ``seed`` of
        k-means.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0], [13.0]])
    >>> settings = {"neighbours": 2, "starts": 3, "seed": 0}
    >>> fit_spectral(rows, [2], settings)[2].labels.tolist()
    [1, 1, 1, 0, 0, 0, 0]
    """
    _, first, knot = np.unique(
        np.round(rows, 9) + 0.0, axis=0, return_index=True, return_inverse=True
    )
    knots = rows[first]
    several = [k for k in counts if k > 1]
    graph = neighbour_graph(knots, algorithm["neighbours"]) if several else None
    return {k: make_fit(rows, _labels(graph, len(knots), k, algorithm)[knot]) for k in counts}


def neighbour_graph(rows: np.ndarray, neighbours: int) -> coo_array:
    """Return who is linked to whom, 1 or, where only one is near to the other, 0.5.

    Parts of the graph without a link between them would leave the eigenvectors open: they are
    linked along the shortest tree over their means, by their nearest pair of rows.

    Examples
    --------
    >>> neighbour_graph(np.array([[0.0], [1.0], [9.0], [10.0]]), 1).toarray()
    array([[0. , 1. , 0. , 0. ],
           [1. , 0. , 0.5, 0. ],
           [0. , 0.5, 0. , 1. ],
           [0. , 0. , 1. , 0. ]])
    """
    near = kneighbors_graph(rows, min(neighbours, len(rows) - 1), include_self=False)
    graph = 0.5 * (near + near.T)
    count, part = connected_components(graph, directed=False)
    members = [np.flatnonzero(part == number) for number in range(count)]
    means = np.stack([rows[own].mean(axis=0) for own in members])
    links = []
    for here, there in np.argwhere(minimum_spanning_tree(cdist(means, means)).toarray()):
        gaps, nearest = KDTree(rows[members[there]]).query(rows[members[here]])
        links.append((members[here][gaps.argmin()], members[there][nearest[gaps.argmin()]]))
    ends = np.array(links, dtype=int).reshape(-1, 2)
    ends = np.concatenate([ends, ends[:, ::-1]])
    bridges = coo_array((np.full(len(ends), 0.5), tuple(ends.T)), shape=graph.shape)
    return coo_array(graph + bridges)


def _labels(graph, knots, k, algorithm):
    """Return the cluster of every knot."""
    if k == 1:
        return np.zeros(knots, dtype=int)
    if k == knots:
        return np.arange(knots)
    vectors = spectral_embedding(
        graph,
        n_components=k,
        eigen_solver="arpack",
        random_state=algorithm["seed"],
        drop_first=False,
    )
    # k-means takes rows as equal that agree to 9 decimals: bring them to a size of about 1
    vectors = vectors / np.abs(vectors).max(axis=0)
    return fit_kmeans(vectors, [k], starts=algorithm["starts"], seed=algorithm["seed"])[k].labels
