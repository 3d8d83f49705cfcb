"""The frame of fits: what an algorithm found, under the right category, cluster and store."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_ml.algorithms import fit_counts
from python_ml.clustering import SCHEMA, fit_clusters
from tests.python_ml.planted import (
    array_of,
    cloud,
    excluding,
    long_frame,
    nobody_excluded,
    planted,
    shuffled,
    store_names,
)

SETTINGS = {"method": "kmeans", "starts": 5, "seed": 7}
UNEQUAL = [120, 60, 40, 30, 25, 20, 15, 12, 10]


def choosing(k, category="beer"):
    """Return scores that choose k."""
    return pd.DataFrame({"category": category, "k": [1, k], "is_chosen": [False, True]})


def fits_of(components, k, outliers=None, **changes):
    """Return the fits of a components frame."""
    outliers = nobody_excluded(components) if outliers is None else outliers
    return fit_clusters(components, outliers, choosing(k), settings=SETTINGS | changes)


def part(fits, *parameters):
    """Return the rows of some parameters, under a new index."""
    return fits[fits["parameter"].isin(parameters)].reset_index(drop=True)


def centroids(fits):
    """Return the centroids as an array."""
    wide = part(fits, "centroid").pivot(index="cluster_id", columns="component", values="value")
    return wide.to_numpy(dtype=float)


def sizes(fits):
    """Return the number of fitted stores of each cluster."""
    return part(fits, "fitted_store_count").set_index("cluster_id")["value"]


@given(st.integers(0, 500), st.integers(1, 6))
@settings(max_examples=25)
def test_order_of_the_rows_does_not_matter(seed, k):
    """Any order of the frame gives the same fits, bit for bit, and is left untouched."""
    components = long_frame(cloud(stores=40, seed=seed))
    mixed = shuffled(components, seed)
    before = mixed.copy(deep=True)
    result = fits_of(components, k)
    pd.testing.assert_frame_equal(
        fits_of(mixed, k, outliers=shuffled(nobody_excluded(mixed), seed)),
        result,
        check_exact=True,
    )
    pd.testing.assert_frame_equal(mixed, before)
    assert sizes(result).sum() == 40
    assert sizes(result).index.tolist() == list(range(1, k + 1))
    assert sizes(result).is_monotonic_decreasing


@given(st.integers(0, 500), st.integers(2, 6), st.floats(-100, 100))
@settings(max_examples=20)
def test_shift_moves_the_centroids_along(seed, k, shift):
    """A shifted space has the same clusters, shifted."""
    components, _ = planted(UNEQUAL[:k], seed=seed)
    moved = components.assign(value=components["value"] + shift)
    result, shifted = fits_of(components, k), fits_of(moved, k)
    np.testing.assert_allclose(centroids(shifted), centroids(result) + shift, atol=1e-6)
    pd.testing.assert_frame_equal(
        part(shifted, "member", "fitted_store_count"), part(result, "member", "fitted_store_count")
    )


def test_the_frame_holds_centroids_counts_and_members():
    """Coordinates, counts and names of the fit stand where they belong."""
    components, truth = planted([50, 30, 20], seed=1, dimensions=4)
    result = fits_of(components, 3)
    expected = [array_of(components)[truth == group].mean(axis=0) for group in (0, 1, 2)]
    np.testing.assert_allclose(centroids(result), expected)
    assert part(result, "centroid")["component"].tolist() == [1, 2, 3, 4] * 3
    assert sizes(result).tolist() == [50, 30, 20]
    members = part(result, "member").set_index("store_id")["cluster_id"]
    assert members.to_dict() == dict(zip(store_names(100), truth + 1, strict=True))
    assert set(result["parameter"]) == {"centroid", "fitted_store_count", "member"}
    assert result.dtypes.astype(str).to_dict() == SCHEMA


def test_the_frame_holds_shapes():
    """Factors and offsets of a mixture are those of the fit, and what is 0 has no row."""
    rows = cloud(stores=80, dimensions=3) * [1, 5, 9]
    settings = {"method": "gaussian_mixture", "covariance": "full"}
    result = fits_of(long_frame(rows), 2, **settings)
    fit = fit_counts(rows, [2], algorithm=SETTINGS | settings)[2]
    factors = np.zeros((2, 3, 3))
    for row in part(result, "factor").itertuples():
        factors[row.cluster_id - 1, row.component - 1, row.other_component - 1] = row.value
    np.testing.assert_array_equal(factors, fit.factors)
    assert part(result, "factor")["value"].ne(0).all()
    assert len(part(result, "factor")) == 2 * 6
    assert part(result, "offset")["value"].tolist() == fit.offsets.tolist()
    assert part(result, "offset")["cluster_id"].tolist() == [1, 2]


def test_noise_is_marked():
    """A store far from both regions is noise, and its cluster the nearest one."""
    rows = np.concatenate([np.arange(30) / 10, 20 + np.arange(20) / 10, [90]])[:, np.newaxis]
    settings = {"method": "hdbscan", "smallest_cluster": 5, "minimum_samples": None}
    result = fits_of(long_frame(rows), 2, **settings)
    noise = part(result, "noise")
    assert noise[["store_id", "cluster_id"]].to_numpy().tolist() == [["s0050", 2]]
    assert len(part(result, "member")) == 50
    assert sizes(result).tolist() == [30, 21]
    with pytest.raises(ValueError, match="'beer': hdbscan finds 2 clusters, 3 are chosen"):
        fits_of(long_frame(rows), 3, **settings)


def test_excluded_stores_move_no_centroid():
    """A wild store that is excluded leaves no trace."""
    components, _ = planted([50, 30], seed=1)
    outliers = excluding(components, ["s0004"])
    wild = components.assign(
        value=components["value"].where(components["store_id"] != "s0004", 1e6)
    )
    result = fits_of(components, 2, outliers=outliers)
    pd.testing.assert_frame_equal(fits_of(wild, 2, outliers=outliers), result)
    assert sizes(result).sum() == 79
    assert "s0004" not in set(result["store_id"])


def test_settings_reach_the_fit():
    """What is set for the frame function is obeyed by the fit."""
    rows = cloud(stores=600, dimensions=6)
    components = long_frame(rows)
    seen = set()
    for starts, seed, batch_size in ((1, 0, 50), (1, 1, 50), (30, 0, 50), (1, 0, 600)):
        changes = {"starts": starts, "seed": seed, "batch_size": batch_size}
        changes["method"] = "minibatch_kmeans"
        result = centroids(fits_of(components, 10, **changes))
        expected = fit_counts(rows, [10], algorithm=changes)[10].centroids
        np.testing.assert_array_equal(result, expected)
        seen.add(result.tobytes())
    assert len(seen) == 4


def test_categories_do_not_touch_each_other():
    """Each category has its own k and its own clusters."""
    beer, _ = planted([50, 30, 20], seed=1)
    wine, _ = planted([40, 30], seed=2, category="wine", dimensions=3)
    both = pd.concat([wine, beer])
    scores = pd.concat([choosing(2, "wine"), choosing(3, "beer")])
    result = fit_clusters(both, nobody_excluded(both), scores, settings=SETTINGS)
    assert result.groupby("category")["cluster_id"].max().to_dict() == {"beer": 3, "wine": 2}
    pd.testing.assert_frame_equal(
        result.loc[result["category"] == "beer"].reset_index(drop=True), fits_of(beer, 3)
    )


def test_repeats_are_equal_to_the_last_bit():
    """The same call twice gives the same frame."""
    components = long_frame(cloud(stores=300))
    pd.testing.assert_frame_equal(fits_of(components, 7), fits_of(components, 7), check_exact=True)


def test_an_empty_frame_stays_a_frame():
    """No stores, no rows, but the same columns and dtypes as ever."""
    empty = pd.DataFrame({name: [] for name in ("category", "store_id", "component", "value")})
    outliers = pd.DataFrame({name: [] for name in ("category", "store_id", "is_excluded")})
    scores = pd.DataFrame({name: [] for name in ("category", "k", "is_chosen")})
    result = fit_clusters(empty, outliers, scores, settings=SETTINGS)
    assert result.empty
    assert result.dtypes.astype(str).to_dict() == SCHEMA


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (choosing(2, "wine"), "category 'beer': 0 numbers of clusters are chosen"),
        (choosing(2).assign(is_chosen=True), "category 'beer': 2 numbers of clusters are chosen"),
        (choosing(11), "category 'beer': 11 clusters cannot be fitted: 10 stores have 10 distinct"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(scores, message):
    """A category needs one chosen k, and as many different stores."""
    components, _ = planted([5, 5], seed=0)
    with pytest.raises(ValueError, match=message):
        fit_clusters(components, nobody_excluded(components), scores, settings=SETTINGS)


def test_too_many_stores_are_refused_with_the_name_of_the_category():
    """The sentence of the algorithm says in which category."""
    components = long_frame(np.arange(20_001.0)[:, np.newaxis])
    with pytest.raises(ValueError, match="category 'beer': ward takes at most 20,000 stores, ther"):
        fits_of(components, 2, method="ward")


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_required(name):
    """A missing setting fails under its name."""
    components, _ = planted([5, 5], seed=0)
    incomplete = {key: value for key, value in SETTINGS.items() if key != name}
    with pytest.raises(KeyError, match=name):
        fit_clusters(components, nobody_excluded(components), choosing(2), settings=incomplete)
