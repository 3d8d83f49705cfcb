"""What only one algorithm does: each of these fails if it is swapped for another."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import cdist
from sklearn.cluster import Birch, BisectingKMeans, KMeans, MiniBatchKMeans
from sklearn.datasets import make_blobs, make_circles, make_moons
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from python_ml.algorithms import fit_counts
from python_ml.algorithms.birch import MOST_BALLS, fit_birch
from python_ml.algorithms.kmeans import fit_kmeans
from python_ml.algorithms.medoids import swap_medoids
from python_ml.algorithms.mixture import as_fit, fit_mixture
from python_ml.algorithms.registry import ALGORITHMS
from python_ml.algorithms.spectral import neighbour_graph
from tests.python_ml.algorithms.test_algorithms import SEARCHING, SETTINGS, fit
from tests.python_ml.planted import cloud

OTHERS = [method for method in SEARCHING if method not in ("gaussian_mixture", "spectral")]


def ellipses(seed=0):
    """Return three long clouds that lie slanted side by side, and the true one per row."""
    centres = [[-8, 0], [0, 0], [5, 7]]
    rows, truth = make_blobs(600, centers=centres, random_state=seed)
    return rows @ np.array([[0.6, -0.6], [-0.4, 0.8]]), truth


def test_kmeans_has_the_least_inertia():
    """No other algorithm draws borders with less spread, for none aims at that."""
    rows = cloud(stores=300, dimensions=4)
    inertia = {method: fit(rows, 6, method, starts=20).inertia for method in SEARCHING}
    assert min(inertia, key=inertia.get) == "kmeans"


def test_minibatch_kmeans_is_that_of_scikit_learn_by_seed():
    """The same centroids from the same draws."""
    rows = cloud(stores=500)
    theirs = MiniBatchKMeans(5, batch_size=256, n_init=3, random_state=7).fit(rows)
    ours = fit(rows, 5, "minibatch_kmeans")
    assert sorted(map(tuple, ours.centroids)) == sorted(map(tuple, theirs.cluster_centers_))
    np.testing.assert_array_equal(ours.labels, ours.assign(rows))


def test_a_batch_that_leaves_a_centroid_without_stores_is_mended():
    """Copies of one store leave most centroids of small batches empty; none is in the end."""
    rows = np.repeat([0.0, 1.0, 2.0, 3.0], [500, 1, 1, 1])[:, np.newaxis]
    theirs = MiniBatchKMeans(4, batch_size=5, n_init=1, random_state=7).fit(rows)
    assert len(np.unique(theirs.predict(rows))) < 4
    ours = fit(rows, 4, "minibatch_kmeans", batch_size=5, starts=1)
    assert np.bincount(ours.labels).tolist() == [500, 1, 1, 1]


def test_bisecting_kmeans_cuts_one_cluster_at_a_time():
    """The clusters of k + 1 lie inside those of k, as k-means' do not."""
    rows = cloud(stores=400)

    def is_nested(method):
        fits = fit_counts(rows, range(2, 9), algorithm=SETTINGS | {"method": method})
        pairs = [set(zip(fits[k + 1].labels, fits[k].labels, strict=True)) for k in range(2, 8)]
        return all(len(pair) == k + 1 for k, pair in enumerate(pairs, start=2))

    nested = {method for method in SEARCHING if is_nested(method)}
    assert nested == {"bisecting_kmeans", "ward", "birch"}
    theirs = BisectingKMeans(6, n_init=3, random_state=7).fit_predict(rows)
    assert adjusted_rand_score(theirs, fit(rows, 6, "bisecting_kmeans").labels) == 1


@pytest.mark.parametrize("k", [2, 5, 9])
def test_ward_merges_what_costs_least(k):
    """The cut is that of scipy's tree, and no later merge is cheaper than an earlier one."""
    rows = cloud(stores=200)
    theirs = fcluster(linkage(rows, "ward"), k, "maxclust")
    scores = {
        method: adjusted_rand_score(theirs, fit(rows, k, method).labels) for method in SEARCHING
    }
    assert [method for method, score in scores.items() if score == 1] == ["ward"]


def test_ward_cuts_tied_merges_into_as_many_clusters_as_asked_for():
    """On a regular grid all merges tie in height, and a cut by height would miscount."""
    grid = np.array([[x, y] for x in range(6) for y in range(6)], dtype=float)
    fits = fit_counts(grid, range(1, 37), algorithm={"method": "ward"})
    assert [len(np.unique(fits[k].labels)) for k in fits] == list(range(1, 37))


@pytest.mark.parametrize("covariance", ["full", "tied", "auto"])
def test_only_a_mixture_finds_ellipses(covariance):
    """Clouds that are round or straight cut slanted ones, and so does all that is Euclidean."""
    rows, truth = ellipses()
    found = fit(rows, 3, "gaussian_mixture", covariance=covariance)
    assert adjusted_rand_score(truth, found.labels) == 1
    others = [fit(rows, 3, method).labels for method in OTHERS]
    others += [
        fit(rows, 3, "gaussian_mixture", covariance=other).labels for other in ("diag", "spherical")
    ]
    assert max(adjusted_rand_score(truth, labels) for labels in others) < 0.9


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_a_mixture_is_that_of_scikit_learn(covariance, k):
    """The nearest cluster is the one it predicts, and distances are its log-probabilities."""
    rows = cloud(stores=300, dimensions=3) @ np.array([[3.0, 1, 0], [0, 1, 2], [0, 0, 0.5]])
    begun = fit_kmeans(rows, [k], starts=3, seed=7)[k]
    model = fit_mixture(rows, begun, covariance, rounds=100)
    found = as_fit(rows, model)
    place = {tuple(mean): number for number, mean in enumerate(model.means_)}
    order = [place[tuple(mean)] for mean in found.centroids]
    elsewhere = cloud(stores=200, seed=9, dimensions=3) * 4
    for some in (rows, elsewhere):
        assert np.array(order)[found.assign(some)].tolist() == model.predict(some).tolist()
        log = (model._estimate_log_prob(some) + np.log(model.weights_))[:, order]
        shift = -2 * log - found.squared_distances(some)
        np.testing.assert_allclose(shift, shift[0, 0], rtol=1e-9)
    assert found.offsets.min() == 0
    np.testing.assert_array_equal(
        fit(rows, k, "gaussian_mixture", covariance=covariance).factors, found.factors
    )


def test_a_mixture_is_begun_with_k_means():
    """Its likelihood is at least that of scikit-learn's own start."""
    rows, _ = ellipses(seed=4)
    begun = fit_kmeans(rows, [3], starts=10, seed=0)[3]
    ours = fit_mixture(rows, begun, "full", rounds=100).score(rows)
    assert ours >= GaussianMixture(3, random_state=0).fit(rows).score(rows) - 0.01


def test_auto_shapes_are_full_where_there_are_stores_enough():
    """20 stores for each of 3 components of each of 2 clusters are 120."""
    few, enough = cloud(stores=119, dimensions=3), cloud(stores=120, dimensions=3)
    is_diagonal = [
        np.count_nonzero(fit(rows, 2, "gaussian_mixture").factors) == 6 for rows in (few, enough)
    ]
    assert is_diagonal == [True, False]


def test_a_mixture_keeps_a_cluster_that_it_would_lose():
    """After many rounds a cloud has no store left that it is likeliest for; fewer keep it."""
    lost = 0
    for seed in range(12):
        rows = cloud(stores=40, seed=seed, dimensions=2)
        begun = fit_kmeans(rows, [8], starts=1, seed=7)[8]
        model = fit_mixture(rows, begun, "tied", rounds=100)
        lost += len(np.unique(model.predict(rows))) < 8
        found = fit(rows, 8, "gaussian_mixture", covariance="tied", starts=1)
        assert np.bincount(found.labels, minlength=8).all()
    assert lost > 0


@pytest.mark.parametrize("make", [make_moons, make_circles])
def test_only_spectral_finds_rings_and_moons(make):
    """Forms around and inside each other; with a number that is given, only links find them."""
    more = {"factor": 0.4} if make is make_circles else {}
    rows, truth = make(400, noise=0.05, random_state=0, **more)
    assert adjusted_rand_score(truth, fit(rows, 2, "spectral").labels) == 1
    others = [fit(rows, 2, method).labels for method in SEARCHING if method != "spectral"]
    assert max(adjusted_rand_score(truth, labels) for labels in others) < 0.9


def test_parts_of_a_graph_are_linked():
    """More far groups than clusters: the two that are nearest to each other come together."""
    rows = np.concatenate([cloud(stores=40, seed=seed, dimensions=2) for seed in range(3)])
    rows += np.repeat([[0, 0], [30, 0], [200, 0]], 40, axis=0)
    graph = neighbour_graph(rows, 5)
    assert abs(graph - graph.T).max() == 0
    assert fit(rows, 2, "spectral").labels.tolist() == [0] * 80 + [1] * 40


def test_only_hdbscan_leaves_out_noise():
    """Moons of unequal size and stores all over: the number, the forms and the noise."""
    rows, truth = make_moons((300, 200), noise=0.04, random_state=0)
    noise = np.random.default_rng(0).uniform(-3, 4, size=(40, 2))
    far = cdist(noise, rows).min(axis=1) > 0.5
    every = np.concatenate([rows, noise[far]])
    settings = SETTINGS | {"smallest_cluster": 40, "minimum_samples": 5}
    fits = fit_counts(every, range(2, 11), algorithm=settings | {"method": "hdbscan"})
    assert list(fits) == [2]
    assert adjusted_rand_score(truth, fits[2].labels[:500]) > 0.99
    assert fits[2].is_noise[500:].mean() > 0.9
    assert fits[2].is_noise[:500].mean() < 0.05
    assert (fits[2].labels == fits[2].assign(every))[fits[2].is_noise].all()
    for method in SEARCHING:
        assert not fit(every, 2, method).is_noise.any()


@pytest.mark.parametrize(("counts", "found"), [([1], [1]), ([1, 3], [1, 2]), ([3, 4], [2])])
def test_hdbscan_returns_the_number_it_finds(counts, found):
    """And one cluster of all, if that is asked for."""
    rows = np.concatenate([cloud(stores=50), cloud(stores=60, seed=1) + 30])
    assert list(fit_counts(rows, counts, algorithm=SETTINGS | {"method": "hdbscan"})) == found


def test_hdbscan_without_a_dense_region_has_one_cluster():
    """Nobody is noise then: noise is what lies between clusters."""
    fits = fit_counts(
        cloud(stores=60), [2, 3], algorithm=SETTINGS | {"method": "hdbscan", "smallest_cluster": 25}
    )
    assert list(fits) == [1]
    assert not fits[1].is_noise.any()


def test_birch_sums_up_before_it_merges():
    """Balls as large as the clusters: as scikit-learn's, and not as Ward's of all stores."""
    rows = cloud(stores=400, dimensions=3)
    spread = np.sqrt(((rows - rows.mean(axis=0)) ** 2).sum(axis=1).mean())
    theirs = Birch(threshold=0.3 * spread, n_clusters=5).fit_predict(rows)
    scores = {
        method: adjusted_rand_score(theirs, fit(rows, 5, method, radius=0.3).labels)
        for method in SEARCHING
    }
    assert [method for method, score in scores.items() if score == 1] == ["birch"]


def test_balls_shrink_where_there_are_too_few():
    """A radius as large as the spread leaves fewer balls than clusters."""
    rows = cloud(stores=100)
    assert len(np.unique(fit(rows, 60, "birch", radius=1.0).labels)) == 60


def test_balls_grow_where_there_are_too_many():
    """A tiny radius would make a ball of each of many stores."""
    rows = cloud(stores=MOST_BALLS + 500, dimensions=2)
    found = fit_birch(rows, [3], {"radius": 0.0001})[3]
    assert np.bincount(found.labels).min() > 500


def test_the_middle_of_kmedoids_is_a_store():
    """And of all stores of the cluster the least far from the others, in sum."""
    rows = cloud(stores=200)
    for method in SEARCHING:
        found = fit(rows, 5, method)
        is_row = [(rows == centroid).all(axis=1).any() for centroid in found.centroids]
        assert all(is_row) == (method == "kmedoids")
    found = fit(rows, 5, "kmedoids")
    for number, medoid in enumerate(found.centroids):
        own = rows[found.labels == number]
        best = cdist(own, own).sum(axis=0).argmin()
        np.testing.assert_array_equal(medoid, own[best])
    loss = cdist(rows, found.centroids).min(axis=1).sum()
    distances, draw = cdist(rows, rows), np.random.default_rng(0)
    random = [swap_medoids(distances, draw.choice(200, 5, replace=False)) for _ in range(5)]
    assert loss <= min(distances[:, medoids].min(axis=1).sum() for medoids in random) * 1.01


def test_far_stores_pull_less_on_a_medoid():
    """Three stores far away get a centroid of their own from k-means, not from k-medoids."""
    rows = np.concatenate([cloud(stores=200, dimensions=1), 4 + cloud(200, 1, 1), [[60.0]]])
    truth = np.repeat([0, 1], 200)
    assert adjusted_rand_score(truth, fit(rows, 2, "kmedoids").labels[:400]) > 0.85
    means = KMeans(2, n_init=10, random_state=0).fit_predict(rows)
    assert adjusted_rand_score(truth, means[:400]) == 0


def test_every_algorithm_is_tested_here():
    """A new one needs a test of what it alone does."""
    assert set(ALGORITHMS) == {
        "kmeans",
        "minibatch_kmeans",
        "bisecting_kmeans",
        "gaussian_mixture",
        "ward",
        "hdbscan",
        "birch",
        "spectral",
        "kmedoids",
    }
