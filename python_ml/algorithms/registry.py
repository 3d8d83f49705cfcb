"""Which algorithms there are, and what each can take."""

from collections.abc import Callable
from typing import NamedTuple

from python_ml.algorithms.birch import fit_birch
from python_ml.algorithms.centres import fit_bisecting_kmeans, fit_minibatch_kmeans
from python_ml.algorithms.density import fit_hdbscan
from python_ml.algorithms.kmeans import fit_kmeans
from python_ml.algorithms.medoids import fit_kmedoids
from python_ml.algorithms.mixture import fit_gaussian_mixture
from python_ml.algorithms.spectral import fit_spectral
from python_ml.algorithms.ward import fit_ward


class Algorithm(NamedTuple):
    """An algorithm by the name it has in the settings."""

    fit: Callable
    """From rows, sorted numbers of clusters and settings to one fit per number."""

    most_stores: int | None
    """More would take more memory, or more time, than there is; None for no limit of its own."""

    instead: str = "kmeans"
    """What to choose for more stores."""

    finds_own_count: bool = False
    """It finds the number of clusters itself."""

    cuts_half_way: bool = True
    """It parts stores about half way between centroids, not along bent or oblique borders."""


def _kmeans(rows, counts, algorithm):
    """Return the fits of the default algorithm."""
    return fit_kmeans(rows, counts, starts=algorithm["starts"], seed=algorithm["seed"])


ALGORITHMS = {
    "kmeans": Algorithm(_kmeans, None),
    "minibatch_kmeans": Algorithm(fit_minibatch_kmeans, None),
    "bisecting_kmeans": Algorithm(fit_bisecting_kmeans, None),
    "gaussian_mixture": Algorithm(fit_gaussian_mixture, 1_000_000, cuts_half_way=False),
    "ward": Algorithm(fit_ward, 20_000, "birch"),
    "hdbscan": Algorithm(
        fit_hdbscan, 50_000, "gaussian_mixture", finds_own_count=True, cuts_half_way=False
    ),
    "birch": Algorithm(fit_birch, 1_000_000),
    "spectral": Algorithm(fit_spectral, 20_000, "gaussian_mixture", cuts_half_way=False),
    "kmedoids": Algorithm(fit_kmedoids, 14_000),
}
