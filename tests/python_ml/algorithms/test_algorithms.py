"""What every algorithm keeps: planted clusters, numbers, limits, settings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from python_ml.algorithms import check_store_count, count_distinct, finds_own_count, fit_counts
from python_ml.algorithms.registry import ALGORITHMS
from tests.python_ml.planted import array_of, cloud, planted

SETTINGS = {
    "starts": 3,
    "seed": 7,
    "batch_size": 256,
    "covariance": "auto",
    "neighbours": 10,
    "radius": 0.25,
    "smallest_cluster": 5,
    "minimum_samples": None,
}
SIZES = [60, 40, 30, 20]
SEARCHING = [method for method in ALGORITHMS if not finds_own_count(method)]


def fit(rows, k, method, **changes):
    """Return the fit of one number of clusters."""
    return fit_counts(rows, [k], algorithm=SETTINGS | {"method": method} | changes)[k]


@pytest.mark.parametrize("k", [2, 3, 4])
@pytest.mark.parametrize("method", ALGORITHMS)
def test_planted_clusters_are_found(method, k):
    """All of them, the largest first, and by hdbscan their number, too."""
    components, truth = planted(SIZES[:k], seed=k)
    found = fit(array_of(components), k, method)
    assert adjusted_rand_score(truth, found.labels) == 1
    assert np.bincount(found.labels).tolist() == SIZES[:k]
    assert not found.is_noise.any()
    distances = ((array_of(components) - found.centroids[found.labels]) ** 2).sum()
    assert found.inertia == pytest.approx(distances, rel=1e-9)


@pytest.mark.parametrize("method", ALGORITHMS)
def test_one_cluster_has_all_stores(method):
    """k = 1 is one cluster whatever the algorithm."""
    rows = cloud(stores=30)
    found = fit(rows, 1, method)
    assert found.labels.tolist() == [0] * 30
    assert not found.is_noise.any()
    if method != "kmedoids":
        np.testing.assert_allclose(found.centroids, rows.mean(axis=0, keepdims=True), atol=1e-9)


@pytest.mark.parametrize("method", ALGORITHMS)
def test_one_store_is_a_cluster(method):
    """A single store is in the only cluster there can be."""
    found = fit(np.array([[3.0, 4.0]]), 1, method)
    assert found.labels.tolist() == [0]
    assert found.assign(np.array([[0.0, 0.0]])).tolist() == [0]


@pytest.mark.parametrize("method", SEARCHING)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=20))
@hypothesis_settings(max_examples=15)
def test_as_many_clusters_as_asked_for(method, points):
    """With many equal stores every k up to the distinct ones has k clusters, none empty."""
    rows = np.array(points, dtype=float)
    counts = range(1, count_distinct(rows) + 1)
    fits = fit_counts(rows, counts, algorithm=SETTINGS | {"method": method})
    assert list(fits) == list(counts)
    for k, found in fits.items():
        sizes = np.bincount(found.labels, minlength=k)
        assert len(found.centroids) == k
        assert (sizes > 0).all()
        assert (np.diff(sizes) <= 0).all()


@pytest.mark.parametrize("method", SEARCHING)
def test_a_fit_does_not_depend_on_the_other_candidates(method):
    """The k of a range is fitted bit for bit as if it were alone, and again the same."""
    rows = cloud(stores=120)
    together = fit_counts(rows, range(1, 6), algorithm=SETTINGS | {"method": method})
    for k in (1, 3, 5):
        alone = fit(rows, k, method)
        np.testing.assert_array_equal(together[k].labels, alone.labels)
        np.testing.assert_array_equal(together[k].centroids, alone.centroids)
        assert together[k].inertia == alone.inertia


def test_no_two_algorithms_are_the_same():
    """On stores without clusters every algorithm draws its borders elsewhere."""
    rows = cloud(stores=300, seed=1) * [1, 2, 4, 8]
    labels = {method: fit(rows, 6, method, batch_size=20).labels for method in SEARCHING}
    assert len({found.tobytes() for found in labels.values()}) == len(SEARCHING)


@pytest.mark.parametrize(
    ("method", "most", "instead"),
    [
        ("ward", 20_000, "birch"),
        ("spectral", 20_000, "gaussian_mixture"),
        ("kmedoids", 14_000, "kmeans"),
        ("hdbscan", 50_000, "gaussian_mixture"),
        ("birch", 1_000_000, "kmeans"),
        ("gaussian_mixture", 1_000_000, "kmeans"),
    ],
)
def test_too_many_stores_are_refused_in_one_sentence(method, most, instead):
    """It names the algorithm, its limit, the stores, and what to choose instead."""
    check_store_count(method, most)
    sentence = (
        f"{method} takes at most {most:,} stores, there are {most + 1:,}: "
        f"set algorithm.method to {instead}"
    )
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        fit_counts(np.zeros((most + 1, 1)), [1], algorithm=SETTINGS | {"method": method})
    check_store_count(instead, most + 1)


@pytest.mark.parametrize("method", ["kmeans", "minibatch_kmeans", "bisecting_kmeans"])
def test_some_have_no_limit(method):
    """k-means and its relatives take what fits into memory."""
    check_store_count(method, 10**9)


def test_only_hdbscan_finds_its_own_number():
    """Whoever searches k has to know."""
    assert [method for method in ALGORITHMS if finds_own_count(method)] == ["hdbscan"]


@pytest.mark.parametrize("method", ALGORITHMS)
def test_more_clusters_than_distinct_rows_are_refused(method):
    """Before anything is fitted, and under any algorithm."""
    with pytest.raises(ValueError, match="4 clusters cannot be fitted: 4 stores have 3 distinct"):
        fit(np.array([[0.0], [1.0], [1.0], [2.0]]), 4, method)


@pytest.mark.parametrize(
    ("method", "setting", "values"),
    [
        ("minibatch_kmeans", "batch_size", [10, 200]),
        ("minibatch_kmeans", "starts", [1, 20]),
        ("minibatch_kmeans", "seed", [1, 2]),
        ("bisecting_kmeans", "starts", [1, 20]),
        ("bisecting_kmeans", "seed", [1, 2]),
        ("gaussian_mixture", "covariance", ["full", "tied", "diag", "spherical"]),
        ("gaussian_mixture", "starts", [1, 30]),
        ("kmedoids", "starts", [1, 30]),
        ("spectral", "neighbours", [5, 40]),
        ("birch", "radius", [0.05, 0.5]),
        ("hdbscan", "smallest_cluster", [4, 0.3]),
        ("hdbscan", "minimum_samples", [60, None]),
    ],
)
def test_every_option_is_obeyed(method, setting, values):
    """Each value of a setting draws other borders."""
    rows = cloud(stores=300, seed=3, dimensions=6)
    if method == "hdbscan":
        rows = np.concatenate([rows[:, :2], rows[:120, :2] * 0.4 + [5, 5], rows[:40, 2:4] + [0, 9]])
    found = []
    for value in values:
        settings = SETTINGS | {"method": method, setting: value}
        fits = fit_counts(rows, [8], algorithm=settings)
        found += [(k, one.labels.tobytes(), one.is_noise.tobytes()) for k, one in fits.items()]
    assert len(set(found)) == len(values)
