"""Short ways to score the numbers of clusters of a small world."""

import numpy as np

from python_ml.cluster_count import score_cluster_counts
from tests.python_ml.planted import long_frame, nobody_excluded

SETTINGS = {
    "fixed": None,
    "minimum": 2,
    "maximum": 10,
    "rule": "silhouette",
    "minimum_cluster_size": 5,
    "retry_minimum_cluster_size": None,
    "minimum_stability": 0,
    "maximum_border_density": 1,
    "resamples": 4,
    "method": "kmeans",
    "starts": 3,
    "seed": 7,
}


def score(components, outliers=None, **changes):
    """Return the scores by k."""
    outliers = nobody_excluded(components) if outliers is None else outliers
    return score_cluster_counts(components, outliers, settings=SETTINGS | changes).set_index("k")


def chosen(components, **changes):
    """Return the chosen k."""
    table = score(components, **changes)
    return table.index[table["is_chosen"]].tolist()


def noise(stores=300, dimensions=8, seed=0):
    """Return stores without any clusters."""
    return long_frame(np.random.default_rng(seed).normal(size=(stores, dimensions)))


CLOUDS = (
    "normal", "long", "correlated", "student", "uniform", "ball", "exponential", "lognormal",
    "dirichlet",
)  # fmt: skip


def cloud_of(kind, stores, dimensions, seed):
    """Return one cloud of stores, without any clusters, as an array.

    ``dirichlet`` are shares as centred logarithms, ``long`` is stretched along one axis,
    ``correlated`` along any.
    """
    generator = np.random.default_rng([seed, stores, dimensions])
    size = (stores, dimensions)
    if kind == "uniform":
        return generator.uniform(size=size)
    if kind == "exponential":
        return generator.exponential(size=size)
    if kind == "lognormal":
        return generator.lognormal(sigma=0.7, size=size)
    if kind == "student":
        return generator.standard_t(4, size=size)
    if kind == "dirichlet":
        logs = np.log(generator.dirichlet(np.full(dimensions + 1, 2.0), size=stores))
        return (logs - logs.mean(axis=1, keepdims=True))[:, :-1]
    rows = generator.normal(size=size)
    if kind == "ball":
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows * generator.uniform(size=(stores, 1)) ** (1 / dimensions)
    if kind == "long":
        return rows * np.r_[4, np.ones(dimensions - 1)]
    return rows @ generator.normal(size=(dimensions, dimensions)) if kind == "correlated" else rows
