"""k-means: the best of many starts, the same clusters under the same numbers on every run."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from python_ml.algorithms.fit import count_distinct
from python_ml.algorithms.kmeans import fit_kmeans
from tests.python_ml.planted import array_of, cloud, planted

UNEQUAL = [120, 60, 40, 30, 25, 20, 15, 12, 10]


@pytest.mark.parametrize("starts", [0, 5])
@pytest.mark.parametrize("k", range(2, 10))
def test_planted_clusters_are_found(k, starts):
    """Two to nine clusters of unequal size; the Ward start alone finds them too."""
    components, truth = planted(UNEQUAL[:k], seed=k)
    fit = fit_kmeans(array_of(components), [k], starts=starts, seed=1)[k]
    assert adjusted_rand_score(truth, fit.labels) >= 0.95
    assert np.bincount(fit.labels).tolist() == UNEQUAL[:k]
    distances = ((array_of(components) - fit.centroids[fit.labels]) ** 2).sum()
    assert fit.inertia == pytest.approx(distances, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_never_worse_than_its_random_starts(seed):
    """The Ward start can only lower the inertia of the same k-means++ starts."""
    rows = cloud()
    random_only = KMeans(8, n_init=3, random_state=seed).fit(rows).inertia_
    assert fit_kmeans(rows, [8], starts=3, seed=seed)[8].inertia <= random_only
    assert (
        fit_kmeans(rows, [8], starts=3, seed=seed)[8].inertia
        <= fit_kmeans(rows, [8], starts=0, seed=0)[8].inertia
    )


def test_the_ward_start_is_used():
    """On far clusters of very unequal size one random start fails where the tree does not."""
    components, truth = planted([300, 3, 3, 3, 3, 3, 3], seed=3, distance=40)
    rows = array_of(components)
    assert adjusted_rand_score(truth, fit_kmeans(rows, [7], starts=0, seed=0)[7].labels) == 1
    random = [KMeans(7, init="random", n_init=1, random_state=s).fit_predict(rows) for s in (0, 1)]
    assert min(adjusted_rand_score(truth, labels) for labels in random) < 0.95


def test_setting_starts():
    """More starts find a better optimum where there are many."""
    rows = cloud(stores=600, dimensions=6)
    few, many = (fit_kmeans(rows, [10], starts=starts, seed=0)[10].inertia for starts in (0, 30))
    assert many < few


def test_setting_seed():
    """Other seeds draw other starts, and with one start each some end elsewhere."""
    rows = cloud(stores=600, dimensions=6)
    assert len({fit_kmeans(rows, [10], starts=1, seed=seed)[10].inertia for seed in range(8)}) > 1


def test_a_sampled_ward_tree_seeds_all_rows():
    """With fewer rows in the tree than stores, every store still gets its planted cluster."""
    components, truth = planted([300, 200, 100], seed=2)
    rows = array_of(components)
    fit = fit_kmeans(rows, [3], starts=0, seed=5, ward_rows=60)[3]
    assert adjusted_rand_score(truth, fit.labels) == 1
    noise = cloud(stores=500)
    inertias = {
        fit_kmeans(noise, [9], starts=0, seed=seed, ward_rows=40)[9].inertia for seed in range(4)
    }
    assert len(inertias) > 1


def test_more_clusters_than_rows_in_the_tree():
    """A tree with fewer rows than clusters is no start; a random one takes its place."""
    fit = fit_kmeans(cloud(stores=50), [20], starts=0, seed=5, ward_rows=10)[20]
    assert len(np.unique(fit.labels)) == 20


def test_a_fit_does_not_depend_on_the_other_candidates():
    """The k of a range is fitted bit for bit as if it were alone."""
    rows = cloud()
    together = fit_kmeans(rows, range(1, 8), starts=3, seed=4, ward_rows=3000)
    for k, fit in together.items():
        alone = fit_kmeans(rows, [k], starts=3, seed=4)[k]
        np.testing.assert_array_equal(fit.centroids, alone.centroids)
        np.testing.assert_array_equal(fit.labels, alone.labels)
        assert fit.inertia == alone.inertia


def test_tied_merges_are_cut_into_as_many_clusters_as_asked_for():
    """On a regular grid all merges tie in height; every k still has k clusters."""
    grid = np.array([[x, y] for x in range(6) for y in range(6)], dtype=float)
    for k in range(1, 37):
        fit = fit_kmeans(grid, [k], starts=0, seed=0)[k]
        assert len(np.unique(fit.labels)) == k
    assert fit.inertia == 0


def test_equal_sizes_are_numbered_by_their_centroids():
    """Of two equally large clusters the one with the smaller first coordinate comes first."""
    rows = np.array([[9.0, 0], [9, 1], [0, 5], [0, 6], [0, -5], [0, -6], [4, 4], [4, 4], [4, 4]])
    fit = fit_kmeans(rows, [4], starts=3, seed=0)[4]
    np.testing.assert_allclose(fit.centroids, [[4, 4], [0, -5.5], [0, 5.5], [9, 0.5]])
    assert fit.labels.tolist() == [3, 3, 2, 2, 1, 1, 0, 0, 0]


def test_one_cluster_is_the_mean():
    """k = 1 gives the mean of the stores and their total variance."""
    rows = cloud(stores=20)
    fit = fit_kmeans(rows, [1], starts=3, seed=0)[1]
    np.testing.assert_array_equal(fit.centroids, rows.mean(axis=0, keepdims=True))
    assert fit.labels.tolist() == [0] * 20
    assert fit.inertia == pytest.approx(20 * rows.var(axis=0).sum())


@pytest.mark.parametrize("k", [0, 4])
def test_an_impossible_number_of_clusters_is_refused(k):
    """Neither no cluster nor more clusters than distinct rows."""
    rows = np.array([[0.0], [1.0], [1.0], [2.0]])
    with pytest.raises(ValueError, match=f"{k} clusters cannot be fitted: 4 stores have 3 distin"):
        fit_kmeans(rows, [k], starts=1, seed=0)[k]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=25),
    st.integers(0, 3),
    st.data(),
)
@settings(max_examples=40)
def test_copies_of_stores_never_leave_a_cluster_empty(points, starts, data):
    """With many equal stores every k up to the distinct ones has k clusters, each at its mean."""
    rows = np.array(points, dtype=float)
    k = data.draw(st.integers(1, count_distinct(rows)))
    fit = fit_kmeans(rows, [k], starts=starts, seed=0)[k]
    sizes = np.bincount(fit.labels, minlength=k)
    assert (sizes > 0).all()
    assert (np.diff(sizes) <= 0).all()
    for number in range(k):
        mean = rows[fit.labels == number].mean(axis=0)
        np.testing.assert_allclose(fit.centroids[number], mean, atol=1e-12)


def test_of_many_rows_a_sample_finds_the_start_and_all_rows_the_end():
    """No seed of 60 of 6,000 rows is the end: every centroid is the mean of all its rows."""
    components, truth = planted([3000, 2000, 1000], seed=2)
    rows = array_of(components)
    fit = fit_kmeans(rows, [3], starts=2, seed=5, sample_rows=60)[3]
    assert adjusted_rand_score(truth, fit.labels) == 1
    np.testing.assert_allclose(fit.centroids, [rows[truth == group].mean(0) for group in range(3)])
    noise = cloud(stores=2000)
    fits = [fit_kmeans(noise, [9], starts=2, seed=seed, sample_rows=50)[9] for seed in (0, 0, 1)]
    assert fits[0].inertia == fits[1].inertia != fits[2].inertia
    every = fit_kmeans(noise, [9], starts=2, seed=0)[9].inertia
    assert every < fits[0].inertia < 1.1 * every


def test_a_sample_without_enough_different_rows_is_no_start():
    """Of 1,000 rows that are equal but for two, a sample of 20 knows one or two places."""
    rows = np.zeros((1000, 1))
    rows[[10, 20]] = [[5.0], [9.0]]
    fit = fit_kmeans(rows, [3], starts=1, seed=0, sample_rows=20)[3]
    np.testing.assert_allclose(fit.centroids.ravel(), [0, 5, 9], atol=1e-12)
    assert np.bincount(fit.labels).tolist() == [998, 1, 1]


def test_where_only_rounding_decides_the_ward_start_is_kept():
    """Of two mirror images the other one has the smaller inertia, by a bit of the last digit."""
    rows = np.array([[-2.1], [-0.2], [0.7], [1.6], [3.5]])
    ward, best = (fit_kmeans(rows, [2], starts=starts, seed=2)[2] for starts in (0, 1))
    assert best.labels.tolist() == ward.labels.tolist()
