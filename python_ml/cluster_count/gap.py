"""The gap statistic: how much better data cluster than uniform noise does."""

import numpy as np

from python_ml.cluster_count.refit import refit
from python_ml.cluster_count.sampling import sample_of

GAP_STORES = 1_000
"""The gap looks at one fixed sample of at most this many fitted stores."""

REFERENCES = 10
"""Sets of uniform noise the data are compared with."""

SMALLEST_SHARE = 1e-12
"""An inertia below this share of that of one cluster counts as this share: log 0 is no number."""


def gap_statistics(
    rows: np.ndarray, counts: list[int], *, algorithm: dict
) -> dict[int, tuple[float, float]]:
    """Return the gap statistic of several numbers of clusters and its standard error.

    ``gap = mean(log(reference inertia)) - log(inertia)``; the standard error is the standard
    deviation of the logarithms times ``sqrt(1 + 1 / REFERENCES)`` (Tibshirani, Walther and
    Hastie 2001). References are uniform in the box along the principal axes of the data (their
    choice b), and are clustered as the data are, by `refit`.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per fitted store; above ``GAP_STORES`` one fixed sample of them is looked at.
    counts : list of int
        The numbers of clusters.
    algorithm : dict
        The settings of the section ``algorithm``.

    Returns
    -------
    dict of int to (float, float)
        Gap and standard error, for each number that both the data and every reference can be
        parted into.

    Examples
    --------
    >>> rows = np.repeat([[0.0], [9.0]], 20, axis=0) + np.arange(40)[:, None] % 20 / 20
    >>> gaps = gap_statistics(rows, [1, 2], algorithm={"method": "kmeans", "starts": 1, "seed": 0})
    >>> gaps[1][0] < gaps[2][0]
    True
    """
    if not counts:
        return {}
    rows = rows[sample_of(len(rows), GAP_STORES, algorithm["seed"])]
    middle = rows.mean(axis=0)
    _, _, axes = np.linalg.svd(rows - middle, full_matrices=False)
    turned = (rows - middle) @ axes.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    own = _log_inertias(turned, counts, algorithm)
    references = []
    for number in range(REFERENCES):
        generator = np.random.default_rng([algorithm["seed"], 1, number])
        noise = generator.uniform(low, high, size=turned.shape)
        references.append(_log_inertias(noise, counts, algorithm))
    logs = {k: [r[k] for r in references] for k in own if all(k in r for r in references)}
    spread = np.sqrt(1 + 1 / REFERENCES)
    return {
        k: (float(np.mean(values) - own[k]), float(np.std(values) * spread))
        for k, values in logs.items()
    }


def _log_inertias(rows, counts, algorithm):
    """Return the logarithm of the inertia for each number of clusters."""
    whole = float(((rows - rows.mean(axis=0)) ** 2).sum())
    fits = refit(rows, counts, algorithm=algorithm)
    floor = SMALLEST_SHARE * whole
    return {k: float(np.log(max(fit.inertia, floor))) for k, fit in fits.items()}
