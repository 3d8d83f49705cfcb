"""k-means: planted clusters are found, under the same numbers, whatever the row order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from python_ml.algorithms.fit import Fit, count_distinct
from python_ml.algorithms.kmeans import fit_kmeans
from python_ml.clustering import SCHEMA, fit_centroids
from tests.python_ml.planted import (
    array_of,
    excluding,
    long_frame,
    nobody_excluded,
    planted,
    shuffled,
)

SETTINGS = {"starts": 5, "seed": 7}
UNEQUAL = [120, 60, 40, 30, 25, 20, 15, 12, 10]


def choosing(k, category="beer"):
    """Return scores that choose k."""
    return pd.DataFrame({"category": category, "k": [1, k], "is_chosen": [False, True]})


def centroids_of(components, k, outliers=None, **changes):
    """Return the centroids of a components frame."""
    outliers = nobody_excluded(components) if outliers is None else outliers
    return fit_centroids(components, outliers, choosing(k), settings=SETTINGS | changes)


def cloud(stores=400, seed=0, dimensions=4):
    """Return stores without any clusters: many poor optima for k-means to end in."""
    return np.random.default_rng(seed).normal(size=(stores, dimensions))


@pytest.mark.parametrize("starts", [0, 5])
@pytest.mark.parametrize("k", range(2, 10))
def test_planted_clusters_are_found(k, starts):
    """Two to nine clusters of unequal size; the Ward start alone finds them too."""
    components, truth = planted(UNEQUAL[:k], seed=k)
    centroids, labels, _, inertia = fit_kmeans(array_of(components), [k], starts=starts, seed=1)[k][
        :4
    ]
    assert adjusted_rand_score(truth, labels) >= 0.95
    assert np.bincount(labels).tolist() == UNEQUAL[:k]
    distances = ((array_of(components) - centroids[labels]) ** 2).sum()
    assert inertia == pytest.approx(distances, rel=1e-9)


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
    assert adjusted_rand_score(truth, fit[1]) == 1
    noise = cloud(stores=500)
    inertias = {
        fit_kmeans(noise, [9], starts=0, seed=seed, ward_rows=40)[9].inertia for seed in range(4)
    }
    assert len(inertias) > 1


def test_more_clusters_than_rows_in_the_tree():
    """A tree with fewer rows than clusters is no start; a random one takes its place."""
    fit = fit_kmeans(cloud(stores=50), [20], starts=0, seed=5, ward_rows=10)[20]
    assert len(np.unique(fit[1])) == 20


def test_a_fit_does_not_depend_on_the_other_candidates():
    """The k of a range is fitted bit for bit as if it were alone."""
    rows = cloud()
    together = fit_kmeans(rows, range(1, 8), starts=3, seed=4, ward_rows=3000)
    for k, (centroids, labels, _, inertia, *_) in together.items():
        alone = fit_kmeans(rows, [k], starts=3, seed=4)[k]
        np.testing.assert_array_equal(centroids, alone[0])
        np.testing.assert_array_equal(labels, alone[1])
        assert inertia == alone.inertia


def test_tied_merges_are_cut_into_as_many_clusters_as_asked_for():
    """On a regular grid all merges tie in height; every k still has k clusters."""
    grid = np.array([[x, y] for x in range(6) for y in range(6)], dtype=float)
    for k in range(1, 37):
        _, labels, _, inertia = fit_kmeans(grid, [k], starts=0, seed=0)[k][:4]
        assert len(np.unique(labels)) == k
    assert inertia == 0


def test_equal_sizes_are_numbered_by_their_centroids():
    """Of two equally large clusters the one with the smaller first coordinate comes first."""
    rows = np.array([[9.0, 0], [9, 1], [0, 5], [0, 6], [0, -5], [0, -6], [4, 4], [4, 4], [4, 4]])
    centroids, labels, _, _ = fit_kmeans(rows, [4], starts=3, seed=0)[4][:4]
    np.testing.assert_allclose(centroids, [[4, 4], [0, -5.5], [0, 5.5], [9, 0.5]])
    assert labels.tolist() == [3, 3, 2, 2, 1, 1, 0, 0, 0]


def test_one_cluster_is_the_mean():
    """k = 1 gives the mean of the stores and their total variance."""
    rows = cloud(stores=20)
    centroids, labels, _, inertia = fit_kmeans(rows, [1], starts=3, seed=0)[1][:4]
    np.testing.assert_array_equal(centroids, rows.mean(axis=0, keepdims=True))
    assert labels.tolist() == [0] * 20
    assert inertia == pytest.approx(20 * rows.var(axis=0).sum())


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
@settings(max_examples=40, deadline=None)
def test_copies_of_stores_never_leave_a_cluster_empty(points, starts, data):
    """With many equal stores every k up to the distinct ones has k clusters, each at its mean."""
    rows = np.array(points, dtype=float)
    k = data.draw(st.integers(1, count_distinct(rows)))
    centroids, labels, _, _ = fit_kmeans(rows, [k], starts=starts, seed=0)[k][:4]
    sizes = np.bincount(labels, minlength=k)
    assert (sizes > 0).all()
    assert (np.diff(sizes) <= 0).all()
    for number in range(k):
        mean = rows[labels == number].mean(axis=0)
        np.testing.assert_allclose(centroids[number], mean, atol=1e-12)


@given(st.integers(0, 500), st.integers(1, 6))
@settings(max_examples=25, deadline=None)
def test_order_of_the_rows_does_not_matter(seed, k):
    """Any order of the frame gives the same centroids, bit for bit, and is left untouched."""
    components = long_frame(cloud(stores=40, seed=seed))
    mixed = shuffled(components, seed)
    before = mixed.copy(deep=True)
    result = centroids_of(components, k)
    pd.testing.assert_frame_equal(
        centroids_of(mixed, k, outliers=shuffled(nobody_excluded(mixed), seed)),
        result,
        check_exact=True,
    )
    pd.testing.assert_frame_equal(mixed, before)
    counts = result.groupby("cluster_id")["fitted_store_count"].first()
    assert counts.sum() == 40
    assert counts.index.tolist() == list(range(1, k + 1))
    assert counts.is_monotonic_decreasing


@given(st.integers(0, 500), st.integers(2, 6), st.floats(-100, 100))
@settings(max_examples=20, deadline=None)
def test_shift_moves_the_centroids_along(seed, k, shift):
    """A shifted space has the same clusters, shifted."""
    components, _ = planted(UNEQUAL[:k], seed=seed)
    moved = components.assign(value=components["value"] + shift)
    result, shifted = centroids_of(components, k), centroids_of(moved, k)
    np.testing.assert_allclose(shifted["value"], result["value"] + shift, atol=1e-6)
    assert shifted["fitted_store_count"].equals(result["fitted_store_count"])


def test_the_frame_holds_centroids_and_counts():
    """Coordinates, counts and names of the fit stand where they belong."""
    components, truth = planted([50, 30, 20], seed=1, dimensions=4)
    result = centroids_of(components, 3)
    wide = result.pivot(index="cluster_id", columns="component", values="value")
    expected = [array_of(components)[truth == group].mean(axis=0) for group in (0, 1, 2)]
    np.testing.assert_allclose(wide, expected)
    assert result["fitted_store_count"].tolist() == [50] * 4 + [30] * 4 + [20] * 4
    assert result["component"].tolist() == [1, 2, 3, 4] * 3
    assert result.dtypes.astype(str).to_dict() == SCHEMA


def test_excluded_stores_move_no_centroid():
    """A wild store that is excluded leaves no trace."""
    components, _ = planted([50, 30], seed=1)
    outliers = excluding(components, ["s0004"])
    wild = components.assign(
        value=components["value"].where(components["store_id"] != "s0004", 1e6)
    )
    result = centroids_of(components, 2, outliers=outliers)
    pd.testing.assert_frame_equal(centroids_of(wild, 2, outliers=outliers), result)
    assert result.groupby("cluster_id")["fitted_store_count"].first().sum() == 79


def test_settings_reach_the_fit():
    """Starts and seed of the frame function are those of the fit."""
    rows = cloud(stores=600, dimensions=6)
    components = long_frame(rows)
    for starts, seed in ((0, 0), (1, 0), (1, 1), (30, 0)):
        result = centroids_of(components, 10, starts=starts, seed=seed)
        centroids, _, _, _ = fit_kmeans(rows, [10], starts=starts, seed=seed)[10][:4]
        np.testing.assert_array_equal(result["value"], centroids.ravel())


def test_categories_do_not_touch_each_other():
    """Each category has its own k and its own clusters."""
    beer, _ = planted([50, 30, 20], seed=1)
    wine, _ = planted([40, 30], seed=2, category="wine", dimensions=3)
    both = pd.concat([wine, beer])
    scores = pd.concat([choosing(2, "wine"), choosing(3, "beer")])
    result = fit_centroids(both, nobody_excluded(both), scores, settings=SETTINGS)
    assert result.groupby("category")["cluster_id"].max().to_dict() == {"beer": 3, "wine": 2}
    pd.testing.assert_frame_equal(
        result.loc[result["category"] == "beer"].reset_index(drop=True), centroids_of(beer, 3)
    )


def test_repeats_are_equal_to_the_last_bit():
    """The same call twice gives the same frame."""
    components = long_frame(cloud(stores=300))
    pd.testing.assert_frame_equal(
        centroids_of(components, 7), centroids_of(components, 7), check_exact=True
    )


def test_an_empty_frame_stays_a_frame():
    """No stores, no rows, but the same columns and dtypes as ever."""
    empty = pd.DataFrame({name: [] for name in ("category", "store_id", "component", "value")})
    outliers = pd.DataFrame({name: [] for name in ("category", "store_id", "is_excluded")})
    scores = pd.DataFrame({name: [] for name in ("category", "k", "is_chosen")})
    result = fit_centroids(empty, outliers, scores, settings=SETTINGS)
    assert result.empty
    assert result.dtypes.astype(str).to_dict() == SCHEMA


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (choosing(2, "wine"), "category 'beer': 0 numbers of clusters are chosen"),
        (choosing(2).assign(is_chosen=True), "category 'beer': 2 numbers of clusters are chosen"),
    ],
)
def test_not_exactly_one_chosen_k_is_refused(scores, message):
    """A category needs one chosen k."""
    components, _ = planted([5, 5], seed=0)
    with pytest.raises(ValueError, match=message):
        fit_centroids(components, nobody_excluded(components), scores, settings=SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_required(name):
    """A missing setting fails under its name."""
    components, _ = planted([5, 5], seed=0)
    incomplete = {key: value for key, value in SETTINGS.items() if key != name}
    with pytest.raises(KeyError, match=name):
        fit_centroids(components, nobody_excluded(components), choosing(2), settings=incomplete)


def test_nearest_centroid_and_ties():
    """The nearest centroid wins; of equally near ones the first, even if sums round."""
    rows = np.array([[0.1 + 0.2], [0.9], [0.6]])
    assert _nearest(rows, [[0.0], [0.6]]) == [0, 1, 1]
    assert _nearest(rows, [[0.6], [0.0]]) == [0, 0, 0]


def _nearest(rows, centroids):
    """Return the labels that rows get from centroids."""
    nobody = np.zeros(0)
    return Fit(np.array(centroids), nobody, nobody, 0.0).assign(rows).tolist()
