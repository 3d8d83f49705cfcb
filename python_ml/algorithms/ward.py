"""Ward's clusters, cut from one tree; the tree also seeds k-means and ends Birch."""

import numpy as np
from scipy.cluster.hierarchy import linkage

from python_ml.algorithms.fit import Fit, make_fit


class WardTree:
    """Who merges with whom, from every row a cluster of its own to one cluster of all.

    Memory grows with the square of the rows.
    """

    def __init__(self, rows: np.ndarray) -> None:
        """Build the tree over rows of shape (m, p), each a cluster of its own."""
        self.rows = rows
        self._merges = np.empty((0, 2), dtype=int)
        if len(rows) > 1:
            self._merges = linkage(rows, method="ward")[:, :2].astype(int)

    def labels(self, k: int) -> np.ndarray:
        """Return who is in which of the k clusters left after the first m - k merges."""
        m = len(self.rows)
        # Cutting by height (fcluster) miscounts when merges tie in height.
        root = np.arange(2 * m - 1)
        for step, (left, right) in enumerate(self._merges[: m - k]):
            root[left] = root[right] = m + step
        while (root[root] != root).any():
            root = root[root]
        return np.unique(root[:m], return_inverse=True)[1]

    def centres(self, k: int) -> np.ndarray:
        """Return the means of those k clusters, shape (k, p)."""
        labels = self.labels(k)
        return np.stack([self.rows[labels == number].mean(axis=0) for number in range(k)])


def fit_ward(rows: np.ndarray, counts: list[int], algorithm: dict) -> dict[int, Fit]:
    """Return clusters that were merged so that the squared distances grew least (Ward 1963).

    The clusters of k are those of k + 1, two of them merged. No setting has a say.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [10.0], [11.0], [12.0]])
    >>> fit_ward(rows, [2], {})[2].labels.tolist()
    [1, 1, 0, 0, 0]
    """
    tree = WardTree(rows)
    return {k: make_fit(rows, tree.labels(k)) for k in counts}
