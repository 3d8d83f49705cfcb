"""A Gaussian mixture: clusters with a shape of their own."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from python_ml.algorithms.fit import Fit, make_fit
from python_ml.algorithms.kmeans import fit_kmeans

ROUNDS = (100, 10, 1)
"""The most rounds of expectation and maximisation, and fewer where a cluster would be lost."""

FLOOR = 1e-6
"""Share of the mean variance that is added to every variance, so that none is 0."""


def fit_gaussian_mixture(rows: np.ndarray, counts: list[int], algorithm: dict) -> dict[int, Fit]:
    """Return clusters as Gaussian clouds, fitted from the k-means clusters on.

    A store belongs to the cloud it most likely comes from. The squared distance to a cloud is
    the Mahalanobis distance plus what a rare or wide cloud is less likely by, so that the nearest
    cluster is the one that scikit-learn predicts.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store.
    counts : list of int
        The numbers of clusters, each at most the number of distinct rows.
    algorithm : dict
        ``covariance``: "full", "tied", "diag", "spherical", or "auto", which is full where there
        are 20 stores for each component of each cluster (fewer cannot tell a covariance) and
        diag otherwise; ``starts`` and ``seed`` of k-means.

    Notes
    -----
    Where a cloud would lose its last store there are fewer rounds. If it does so after a single
    round, as for one store alone, all clouds are round and equal: that is k-means.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [10.0], [11.0], [12.0]])
    >>> settings = {"covariance": "diag", "starts": 3, "seed": 0}
    >>> fit_gaussian_mixture(rows, [2], settings)[2].labels.tolist()
    [1, 1, 0, 0, 0]
    """
    begun = fit_kmeans(rows, counts, starts=algorithm["starts"], seed=algorithm["seed"])
    return {k: _fit(rows, fit, algorithm["covariance"]) for k, fit in begun.items()}


def _fit(rows, begun, covariance):
    """Return the mixture of as many clouds as there are clusters to begin with."""
    k = len(begun.centroids)
    for rounds in ROUNDS if len(rows) > 1 else ():
        fit = as_fit(rows, fit_mixture(rows, begun, covariance, rounds))
        if np.bincount(fit.labels, minlength=k).all():
            return fit
    p = rows.shape[1]
    return begun._replace(factors=np.tile(np.eye(p), (k, 1, 1)), offsets=np.zeros(k))


def fit_mixture(rows: np.ndarray, begun: Fit, covariance: str, rounds: int) -> GaussianMixture:
    """Return scikit-learn's mixture, begun with the clusters of another fit."""
    k, p = begun.centroids.shape
    if covariance == "auto":
        covariance = "full" if len(rows) >= 20 * k * p else "diag"
    floor = FLOOR * (rows.var(axis=0).mean() or 1.0)
    model = GaussianMixture(
        k,
        covariance_type=covariance,
        reg_covar=floor,
        max_iter=rounds,
        weights_init=np.bincount(begun.labels, minlength=k) / len(rows),
        means_init=begun.centroids,
        precisions_init=_precisions(rows, begun, covariance, floor),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(rows)


def as_fit(rows: np.ndarray, model: GaussianMixture) -> Fit:
    """Return a mixture as distances: the nearest cluster is the most likely one."""
    k, p = model.means_.shape
    cholesky = model.precisions_cholesky_
    factors = {
        "full": lambda: cholesky,
        "tied": lambda: np.tile(cholesky, (k, 1, 1)),
        "diag": lambda: cholesky[:, :, np.newaxis] * np.eye(p),
        "spherical": lambda: cholesky[:, np.newaxis, np.newaxis] * np.eye(p),
    }[model.covariance_type]()
    log_determinants = np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    offsets = -2 * (np.log(model.weights_) + log_determinants)
    offsets -= offsets.min()
    labels = Fit(model.means_, None, None, 0.0, factors, offsets).assign(rows)
    return make_fit(rows, labels, centroids=model.means_, factors=factors, offsets=offsets)


def _precisions(rows, begun, covariance, floor):
    """Return the inverse covariances of the clusters a mixture begins with."""
    k, p = begun.centroids.shape
    centred = rows - begun.centroids[begun.labels]
    groups = [centred[begun.labels == number] for number in range(k)]
    if covariance == "tied":
        return np.linalg.inv(centred.T @ centred / len(rows) + floor * np.eye(p))
    if covariance == "full":
        return np.stack(
            [np.linalg.inv(group.T @ group / len(group) + floor * np.eye(p)) for group in groups]
        )
    variances = np.stack([(group**2).mean(axis=0) for group in groups]) + floor
    return 1 / variances if covariance == "diag" else 1 / variances.mean(axis=1)
