"""Planted truth: the groups that are there are found, and no others.

The whole line in Python (outliers, reduction, number of clusters, fit, assignment), with the
settings that a user gets who sets none.
"""

from pathlib import Path

import numpy as np
import pytest
import yaml
from sklearn.metrics import adjusted_rand_score

from python_ml.cluster_count import score_cluster_counts
from python_ml.clustering import fit_clusters
from python_ml.landmarks import choose_landmarks
from python_ml.outliers import score_outliers
from python_ml.reduction import fit_reduction
from tests.python_ml.planted import long_frame

ROOT = Path(__file__).parents[2]
DEFAULTS = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["defaults"]["internal"]
SEPARATION = 7.0
"""Least distance of two planted centres, in standard deviations of a group."""

SMALLEST = 8
"""Fewest stores of a planted group: five or fewer stores apart from all others are outliers."""


def features_of(groups, stores, features, *, is_skewed, seed, separation=SEPARATION):
    """Return scaled features of stores, one row each, and the group of each."""
    generator = np.random.default_rng(seed)
    sizes = 0.75 ** np.arange(groups) if is_skewed else np.ones(groups)
    shares = np.maximum(sizes / sizes.sum(), 0.04)
    truth = generator.permutation(
        np.concatenate(
            [
                np.arange(groups).repeat(SMALLEST),
                generator.choice(groups, stores - SMALLEST * groups, p=shares / shares.sum()),
            ]
        )
    )
    centres = _apart(groups, features, separation, generator)
    spreads = generator.uniform(0.7, 1.0, size=groups)
    rows = centres[truth] + spreads[truth, None] * generator.normal(size=(stores, features))
    return (rows - rows.mean(axis=0)) / rows.std(axis=0), truth


def _apart(groups, features, separation, generator):
    """Return random centres of which the nearest two are `separation` apart."""
    directions = generator.normal(size=(2000 if features < 20 else groups, features))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    chosen = [0]
    while len(chosen) < groups:
        distances = np.linalg.norm(directions[:, None] - directions[chosen], axis=2).min(axis=1)
        chosen.append(int(distances.argmax()))
    centres = directions[chosen]
    gaps = np.linalg.norm(centres[:, None] - centres, axis=2)[np.triu_indices(groups, 1)]
    return centres * separation / gaps.min()


def clusters_of(rows, **changes):
    """Return the chosen k and the cluster of every store, by the defaults of the settings."""
    values = long_frame(rows, column="feature")
    outliers = score_outliers(values, settings=DEFAULTS["outliers"], seed=42)
    outliers["is_excluded"] = outliers["is_outlier"]
    landmarks = choose_landmarks(values, outliers, settings=DEFAULTS["reduce"], seed=42)
    loadings = fit_reduction(values, outliers, landmarks, settings=DEFAULTS["reduce"])
    weights = loadings.pivot(index="feature", columns="component", values="loading")
    weights = weights.loc[values["feature"].unique()]
    components = long_frame(rows @ weights.to_numpy())
    settings = DEFAULTS["cluster_count"] | DEFAULTS["algorithm"] | changes
    scores = score_cluster_counts(components, outliers, settings=settings)
    fits = fit_clusters(components, outliers, scores, settings=settings)
    centroids = fits[fits["parameter"] == "centroid"]
    wide = centroids.pivot(index="cluster_id", columns="component", values="value").to_numpy(float)
    positions = rows @ weights.to_numpy()
    distances = np.column_stack([((positions - centroid) ** 2).sum(axis=1) for centroid in wide])
    return len(wide), distances.argmin(axis=1)


def found_share(cases):
    """Return the share of the chains of which number and groups are found, and the others."""
    missed = []
    for groups, stores, features, is_skewed in cases:
        rows, truth = features_of(groups, stores, features, is_skewed=is_skewed, seed=stores)
        k, labels = clusters_of(rows)
        agreement = adjusted_rand_score(truth, labels)
        if k != groups or agreement < 0.95:
            missed.append((groups, stores, features, is_skewed, k, round(agreement, 3)))
    return 1 - len(missed) / len(cases), missed


FEW = [
    (groups, stores, features, (groups + features) % 2 == 0)
    for groups in range(2, 10)
    for stores, features in ((100, 5), (100, 50), (300, 20), (300, 200), (1000, 5), (1000, 50))
]
MANY = [(2, 20_000, 5, True), (5, 20_000, 20, True), (9, 5_000, 50, False), (7, 3_000, 200, True)]


@pytest.mark.parametrize(
    ("cases", "least"),
    [
        pytest.param(FEW[::4], 0.9, id="some"),
        pytest.param(FEW, 0.9, id="few", marks=pytest.mark.long),
        pytest.param(MANY, 1, id="many", marks=pytest.mark.long),
    ],
)
def test_planted_groups_are_found(cases, least):
    """Two to nine groups, equal or skewed, 100 to 20,000 stores, 5 to 200 features."""
    share, missed = found_share(cases)
    assert share >= least, missed


@pytest.mark.parametrize("kind", ["normal", "uniform"])
@pytest.mark.parametrize(("stores", "features"), [(100, 20), (300, 5), (1000, 200), (3000, 5)])
def test_noise_is_one_cluster(kind, stores, features):
    """Without groups there is one cluster, also where a rule alone would cut."""
    generator = np.random.default_rng(stores)
    draw = generator.normal if kind == "normal" else generator.uniform
    rows = draw(size=(stores, features))
    rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    assert clusters_of(rows)[0] == 1
    assert clusters_of(rows, minimum_stability=0)[0] > 1
