"""Scores of the numbers of clusters: each equals its definition, computed another way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    silhouette_samples,
    silhouette_score,
)
from sklearn.mixture import GaussianMixture

from python_ml.algorithms.kmeans import fit_kmeans
from python_ml.cluster_count import gap, search, stability
from python_ml.cluster_count.bic import mixture_bic, spherical_bic
from python_ml.cluster_count.borders import border_densities
from python_ml.cluster_count.centroid_scores import centroid_scores
from python_ml.cluster_count.distances import nearest_labels
from python_ml.cluster_count.refit import refit
from python_ml.cluster_count.silhouettes import mean_silhouettes
from tests.python_ml.counting import SETTINGS, noise, score
from tests.python_ml.planted import array_of, excluding, long_frame, planted


@pytest.mark.parametrize("k", range(2, 8))
def test_the_planted_number_is_the_most_stable(k):
    """Equally large, equally far clusters: any other number cuts another way each time."""
    components, _ = planted([40] * k, seed=k)
    table = score(components, rule="stability", resamples=10)
    assert table.index[table["is_chosen"]].tolist() == [k]
    assert table.loc[k, "stability"] > 0.95
    assert table.loc[[1, k], "stability"].isna().tolist() == [True, False]


def test_stability_tells_that_there_is_nothing():
    """Without clusters no candidate is stable, although one has the best silhouette."""
    table = score(noise(), resamples=10)
    assert (table["stability"].drop(1) < 0.5).all()
    assert table["is_chosen"].sum() == 1


def test_scores_are_those_of_scikit_learn():
    """Every score equals scikit-learn's on the labels of the same fit."""
    components = noise()
    rows, table = array_of(components), score(components)
    for k in range(2, 11):
        _, labels, _, inertia = fit_kmeans(rows, [k], starts=3, seed=7)[k][:4]
        expected = [
            silhouette_score(rows, labels),
            calinski_harabasz_score(rows, labels),
            davies_bouldin_score(rows, labels),
            inertia,
            np.bincount(labels).min(),
        ]
        names = ["silhouette", "calinski_harabasz", "davies_bouldin", "inertia"]
        actual = table.loc[k, [*names, "smallest_cluster"]].astype(float)
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-9)


@given(st.integers(0, 1000), st.integers(3, 60), st.data())
@settings(max_examples=50)
def test_one_pass_silhouettes_equal_scikit_learn(seed, stores, data):
    """Several labelings at once, with copies of stores and single stores, to 1e-7: a fast product
    loses half of the digits, scikit-learn's own as well."""
    rows = np.random.default_rng(seed).integers(0, 6, size=(stores, 3)).astype(float)
    labelings = []
    for k in data.draw(st.lists(st.integers(2, stores - 1), min_size=1, max_size=4)):
        labels = np.random.default_rng(seed + k).permutation(np.arange(stores) % k)
        labelings.append(labels)
    np.testing.assert_allclose(
        mean_silhouettes(rows, labelings, seed=0),
        [np.mean(silhouette_samples(rows, labels)) for labels in labelings],
        rtol=0,
        atol=1e-7,
    )


def test_silhouette_of_many_stores_uses_one_sample():
    """Above 10,000 stores a sample stands for all: close, repeatable, the same for every k."""
    generator = np.random.default_rng(0)
    truth = generator.integers(3, size=11_000)
    rows = 6 * np.eye(3)[truth] + generator.normal(size=(11_000, 3))
    other = (rows[:, 0] > 3).astype(int)
    both = mean_silhouettes(rows, [truth, other], seed=1)
    exact = silhouette_score(rows, truth)
    assert both[0] == pytest.approx(exact, abs=0.005)
    assert both[0] != exact
    assert mean_silhouettes(rows, [other, truth], seed=1) == both[::-1]
    assert mean_silhouettes(rows, [truth], seed=2) != both[:1]


def test_one_cluster_is_always_a_row():
    """k = 1 has the total inertia, no other score, and is valid."""
    components, _ = planted([50, 40], seed=0)
    row = score(components).loc[1]
    rows = array_of(components)
    assert row["inertia"] == pytest.approx(90 * rows.var(axis=0).sum())
    assert row[["silhouette", "calinski_harabasz", "davies_bouldin", "stability"]].isna().all()
    assert (row["smallest_cluster"], row["is_valid"], row["is_chosen"]) == (90, True, False)
    assert row["reason"].startswith("not chosen: one cluster is kept only where no other")


def test_stability_looks_at_all_stores():
    """Excluded stores halfway between two clusters join now the one, now the other."""
    generator = np.random.default_rng(0)
    sides = np.repeat([[-9.0], [9.0]], 40, axis=0) + generator.normal(size=(80, 1))
    between = np.zeros((40, 1))
    everyone = long_frame(np.vstack([sides, between]))
    outliers = excluding(everyone, [f"s{number:04d}" for number in range(80, 120)])
    assert score(long_frame(sides), maximum=2, resamples=20).loc[2, "stability"] == 1
    seeds = [
        score(everyone, outliers=outliers, maximum=2, resamples=20, seed=seed).loc[2, "stability"]
        for seed in (1, 2)
    ]
    assert max(seeds) < 1
    # The fit has one optimum, so it is the draw of the resamples that the seed moves.
    assert seeds[0] != seeds[1]


def blobs(seed, stores=240, groups=4, dimensions=6, distance=4.0):
    """Return rows around some centres that overlap a little."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(groups, dimensions)) * distance / np.sqrt(2)
    return centres[generator.integers(groups, size=stores)] + generator.normal(
        size=(stores, dimensions)
    )


@given(st.integers(0, 1000), st.integers(3, 60), st.integers(2, 8))
@settings(max_examples=50)
def test_simplified_silhouette_equals_its_definition(seed, stores, k):
    """Store by store: own centre against the nearest other one, 0 for a store on its own."""
    rows = np.random.default_rng(seed).integers(0, 6, size=(stores, 3)).astype(float)
    k = min(k, stores - 1)
    labels = np.random.default_rng(seed + k).permutation(np.arange(stores) % k)
    centres = np.stack([rows[labels == number].mean(axis=0) for number in range(k)])
    values = []
    for row, label in zip(rows, labels, strict=True):
        far = [float(np.sqrt(((row - centre) ** 2).sum())) for centre in centres]
        a, b = far[label], min(far[:label] + far[label + 1 :])
        alone = (labels == label).sum() == 1 or max(a, b) == 0
        values.append(0.0 if alone else (b - a) / max(a, b))
    scores = centroid_scores(rows, [centres], [labels])[0]
    assert scores["simplified_silhouette"] == pytest.approx(np.mean(values), abs=1e-6)
    assert scores["sizes"].tolist() == np.bincount(labels).tolist()


@given(st.integers(0, 1000), st.integers(3, 60), st.integers(2, 6))
@settings(max_examples=50)
def test_border_density_equals_its_definition(seed, stores, k):
    """Store by store along the way between its two nearest centroids, in any order of stores."""
    generator = np.random.default_rng(seed)
    rows, centres = generator.normal(size=(stores, 3)), generator.normal(size=(k, 3))
    strips = {}
    for row in rows:
        first, second = sorted(np.argsort(((centres - row) ** 2).sum(axis=1))[:2])
        way = centres[second] - centres[first]
        share = (row - centres[first]) @ way / (way @ way)
        if 0 <= share <= 1:
            strips.setdefault((first, second), [0, 0, 0])[int(3 * share)] += 1
    border = sum(strip[1] for strip in strips.values())
    beside = sum(min(strip[0], strip[2]) for strip in strips.values())
    found = border_densities(rows, [centres, centres[:2]])
    error = (border + beside + 1) ** 0.5
    assert found[0] == pytest.approx((border + 1 + error / 2) / (beside + 1))
    assert border_densities(rows[::-1], [centres[:2], centres]) == found[::-1]


def test_border_density_is_asked_where_borders_are_half_way():
    """Apart groups have empty borders; bent and oblique borders are not measured."""
    components, _ = planted([60, 50, 40], seed=0)
    table = score(components, maximum=4)
    assert table["border_density"].isna().tolist() == [True, False, False, False]
    assert table.loc[3, "border_density"] < 0.1 < 1 < score(noise()).loc[5, "border_density"]
    bent = score(components, maximum=4, method="gaussian_mixture", covariance="full")
    assert bent["border_density"].isna().all()


def test_copies_of_a_centroid_are_all_border():
    """Where two centroids are one, nothing lies between them."""
    assert border_densities(np.ones((4, 2)), [np.ones((2, 2))])[0] > 5


def test_gap_equals_a_naive_implementation(monkeypatch):
    """Other clustering, other draws of noise: the same gap and error but for chance."""
    rows = blobs(0)
    monkeypatch.setattr(gap, "REFERENCES", 40)
    ours = gap.gap_statistics(rows, [1, 2, 3, 4, 5], algorithm=SETTINGS)
    centred = rows - rows.mean(axis=0)
    turned = centred @ np.linalg.eigh(np.cov(centred.T))[1]
    generator = np.random.default_rng(99)

    def log_inertia(data, k):
        return np.log(KMeans(k, n_init=5, random_state=1).fit(data).inertia_)

    noises = [
        generator.uniform(turned.min(axis=0), turned.max(axis=0), size=turned.shape)
        for _ in range(40)
    ]
    for k in range(1, 6):
        logs = [log_inertia(data, k) for data in noises]
        value, error = ours[k]
        assert value == pytest.approx(np.mean(logs) - log_inertia(rows, k), abs=0.02)
        assert error == pytest.approx(np.std(logs) * np.sqrt(1 + 1 / 40), rel=0.4)


def test_bic_equals_a_naive_implementation():
    """The logarithms of the densities of all stores, one by one."""
    rows = blobs(1)
    fit = fit_kmeans(rows, [4], starts=3, seed=0)[4]
    n, p = rows.shape
    variance = ((rows - fit.centroids[fit.labels]) ** 2).sum() / (p * (n - 4))
    shares = np.bincount(fit.labels) / n
    likelihood = 0.0
    for row, label in zip(rows, fit.labels, strict=True):
        squared = ((row - fit.centroids[label]) ** 2).sum()
        density = -p / 2 * np.log(2 * np.pi * variance) - squared / (2 * variance)
        likelihood += np.log(shares[label]) + density
    expected = -2 * likelihood + (3 + 4 * p + 1) * np.log(n)
    assert spherical_bic(fit.inertia, np.bincount(fit.labels), p) == pytest.approx(expected)
    table = score(long_frame(rows), seed=0)
    assert table.loc[4, "bic"] == pytest.approx(expected)
    assert np.isnan(spherical_bic(1.0, np.array([1, 1]), 2))


@pytest.mark.parametrize(("stores", "shapes"), [(240, 4), (40, 3)])
def test_mixture_bic_is_the_best_of_the_shapes(stores, shapes):
    """The full shape is tried only where stores are enough for it."""
    rows = blobs(2, stores=stores, dimensions=3) @ np.diag([3.0, 1.0, 0.2])
    names = ("spherical", "diag", "tied", "full")[:shapes]
    values = [
        GaussianMixture(3, covariance_type=name, random_state=5).fit(rows).bic(rows)
        for name in names
    ]
    assert mixture_bic(rows, 3, seed=5) == pytest.approx(min(values))


def test_mixtures_are_fitted_only_where_the_rule_looks():
    """Their BIC is missing otherwise."""
    components = long_frame(blobs(3, stores=80))
    for rule, missing in (("median", True), ("median_gmm", False), ("gmm_bic", False)):
        assert score(components, rule=rule, maximum=3)["gmm_bic"].isna().loc[2] == missing


@given(st.integers(0, 1000), st.integers(2, 5), st.integers(5, 40))
@settings(max_examples=30)
def test_agreement_equals_scikit_learn(seed, resamples, stores):
    """The mean adjusted Rand index over all pairs."""
    generator = np.random.default_rng(seed)
    labelings = [generator.permutation(np.arange(stores) % 3) for _ in range(resamples)]
    pairs = [
        adjusted_rand_score(labelings[i], labelings[j])
        for i in range(resamples)
        for j in range(i + 1, resamples)
    ]
    assert stability.agreement(labelings) == pytest.approx(np.mean(pairs), abs=1e-9)


def test_one_cluster_agrees_with_nothing():
    """A resample in which the algorithm finds a single cluster does not count as stable."""
    nothing, something = np.zeros(4, dtype=int), np.array([0, 0, 1, 1])
    assert stability.agreement([nothing, nothing]) == 0
    assert stability.agreement([nothing, something]) == 0


@pytest.mark.parametrize("seed", range(3))
def test_cheap_fits_come_near_full_ones(seed):
    """Within 3 % of the inertia of many starts, and with the weights that repeats have."""
    rows = blobs(seed, stores=400)
    full = fit_kmeans(rows, range(2, 9), starts=10, seed=0)
    cheap = refit(rows, range(2, 9), algorithm=SETTINGS)
    for k in range(2, 9):
        assert cheap[k].inertia < 1.03 * full[k].inertia
        assert np.bincount(cheap[k].labels).size == k
    times = np.random.default_rng(seed).integers(1, 4, size=len(rows))
    weighted = refit(rows, [4], algorithm=SETTINGS, weights=times)[4]
    repeated = ((np.repeat(rows, times, axis=0) - np.repeat(
        weighted.centroids[weighted.labels], times, axis=0)) ** 2).sum()  # fmt: skip
    assert weighted.inertia == pytest.approx(repeated)


def test_refits_follow_the_algorithm():
    """Stability and gap judge the algorithm that is fitted, not k-means in its place."""
    rows = blobs(4)
    ours = refit(rows, [3], algorithm=SETTINGS | {"method": "ward"})[3]
    assert ours.inertia != refit(rows, [3], algorithm=SETTINGS)[3].inertia
    components = long_frame(rows)
    kmeans, ward = score(components), score(components, method="ward")
    for name in ("gap", "stability", "silhouette", "bic"):
        assert (kmeans[name].dropna() != ward[name].dropna()).any()


def test_nearest_labels_are_those_of_the_fit():
    """The product over all candidates gives each store the cluster its fit gives it."""
    rows = blobs(5, stores=5000)
    fits = list(fit_kmeans(rows[:500], [2, 5, 7], starts=1, seed=0).values())
    for fit, labels in zip(fits, nearest_labels(fits, rows), strict=True):
        np.testing.assert_array_equal(labels, fit.assign(rows))


def test_many_stores_are_scored_by_a_sample_of_fits(monkeypatch):
    """Fits on a sample, scores of all stores: close to those of fits on all, and the same k."""
    rows = blobs(6, stores=3000)
    components = long_frame(rows)
    every = score(components, rule="median")
    monkeypatch.setattr(search, "FITTED_STORES", 2000)
    monkeypatch.setattr(search, "SAMPLE_STORES", 1000)
    sampled = score(components, rule="median")
    assert sampled["is_chosen"].tolist() == every["is_chosen"].tolist()
    assert (sampled["inertia"].drop(1) > every["inertia"].drop(1) * 0.97).all()
    assert (sampled["inertia"] < every["inertia"] * 1.05).all()
    for name in ("simplified_silhouette", "calinski_harabasz", "bic"):
        assert sampled.loc[4, name] == pytest.approx(every.loc[4, name], rel=0.02)
        assert sampled.loc[4, name] != every.loc[4, name]
    assert abs(sampled.loc[4, "smallest_cluster"] - every.loc[4, "smallest_cluster"]) < 30
