"""The methods that take all features together: what each finds in worlds where it is planted."""

import numpy as np
import pandas as pd
import pytest
from sklearn.covariance import MinCovDet
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor

from python_ml.outliers import SCHEMA, score_outliers
from python_ml.scaling import robust_scales
from tests.python_ml.planted import long_frame, shuffled, store_names

METHODS = ["knn_distance", "isolation_forest", "lof", "elliptic_envelope"]
# Local outlier factors lie closer together than other scores.
USUAL = {"lof": 12.0}
SETTINGS = {
    "neighbours": 5,
    "threshold": 6.0,
    "maximum_share": 0.05,
    "minimum_stores": 50,
}


def scored(values, method, *, seed=0, **changes):
    """Return the scores of an array or a long frame."""
    frame = values if isinstance(values, pd.DataFrame) else long_frame(values, column="feature")
    usual = {"method": method, "threshold": USUAL.get(method, SETTINGS["threshold"])}
    return score_outliers(frame, settings=SETTINGS | usual | changes, seed=seed)


def flagged(values, method, **changes):
    """Return the positions of the flagged stores."""
    return np.flatnonzero(scored(values, method, **changes)["is_outlier"]).tolist()


def cloud(stores=200, features=6, strays=4, seed=0):
    """Return a cloud of stores; the first few are moved far away, each somewhere else."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(stores, features))
    values[:strays] += 30 * generator.normal(size=(strays, features))
    return values


def robust_scaled(values):
    """Return the columns as the methods see them."""
    centre, scale = robust_scales(values)
    return (values - centre) / scale


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(5))
def test_planted_strays_are_the_outliers(method, seed):
    found = flagged(cloud(seed=seed), method)
    assert set(range(4)) <= set(found)
    assert len(found) <= 6


@pytest.mark.parametrize("method", METHODS)
def test_a_cloud_without_strays_has_hardly_any_outlier(method):
    found = [len(flagged(cloud(strays=0, seed=seed), method)) for seed in range(5)]
    assert np.mean(found) <= 2


@pytest.mark.parametrize("method", METHODS)
def test_the_unit_of_a_feature_does_not_matter(method):
    """A stray in a feature with small numbers is found beside one with large numbers."""
    values = cloud(strays=0)
    values[9, 2] = 40
    units = np.array([1e6, 1, 1e-6, 1e4, 1, 1])
    assert flagged(values * units + 7 * units, method)[:1] == flagged(values, method)[:1]
    assert 9 in flagged(values * units, method)


@pytest.mark.parametrize("method", METHODS)
def test_row_order_does_not_matter(method):
    values = long_frame(cloud(), column="feature")
    pd.testing.assert_frame_equal(
        scored(shuffled(values, 3), method), scored(values, method), check_exact=True
    )


@pytest.mark.parametrize("method", METHODS)
def test_equal_stores_lone_stores_and_copies_have_finite_scores(method):
    for values in (np.full((60, 3), 0.1), np.ones((1, 3)), np.repeat(cloud(60), 2, axis=0)):
        result = scored(values, method, minimum_stores=1)
        assert np.isfinite(result["score"]).all()
        assert result.dtypes.astype(str).to_dict() == SCHEMA
    assert flagged(np.full((60, 3), 0.1), method, minimum_stores=1) == []


@pytest.mark.parametrize("method", METHODS)
def test_threshold_share_and_minimum_hold_for_every_method(method):
    values = cloud()
    assert len(flagged(values, method, threshold=0.5)) == 10
    assert len(flagged(values, method, threshold=0.5, maximum_share=0.2)) == 40
    assert flagged(values, method, threshold=1e6) == []
    assert flagged(values, method, minimum_stores=201) == []
    assert (scored(values, method, minimum_stores=201)["score"] == 0).all()
    result = scored(values, method, threshold=6.0)
    score = result["score"].to_numpy()
    limit = np.median(score) + 6 * np.median(np.abs(score - np.median(score)))
    np.testing.assert_allclose(result["threshold"], limit, rtol=1e-12)


def test_the_scores_are_those_of_scikit_learn():
    values = cloud(seed=1) * [1, 10, 100, 1, 1, 1]
    rows = robust_scaled(values)
    forest = IsolationForest(random_state=3).fit(rows)
    factor = LocalOutlierFactor(n_neighbors=7).fit(rows)
    expected = {
        "isolation_forest": -forest.score_samples(rows),
        "lof": -factor.negative_outlier_factor_,
    }
    for method, score in expected.items():
        got = scored(values, method, seed=3, neighbours=7)["score"]
        np.testing.assert_allclose(got, score, rtol=1e-9)


def test_the_robust_distance_is_that_of_the_majority():
    """The random subsets differ with the axes, but both find the cloud and not the strays."""
    values = cloud(400, strays=12, seed=2)
    got = scored(values, "elliptic_envelope")["score"].to_numpy()
    rows = robust_scaled(values)
    expected = np.sqrt(MinCovDet(random_state=0).fit(rows).mahalanobis(rows))
    np.testing.assert_allclose(got[12:], expected[12:], rtol=0.05)
    assert got[:12].min() > 3 * got[12:].max()


def test_seed_moves_the_forest_and_the_same_seed_does_not():
    first = scored(cloud(), "isolation_forest", seed=1)
    assert (first["score"] != scored(cloud(), "isolation_forest", seed=2)["score"]).any()
    pd.testing.assert_frame_equal(
        first, scored(cloud(), "isolation_forest", seed=1), check_exact=True
    )


def test_neighbours_move_the_local_outlier_factor():
    """Six strays side by side are no outliers to five neighbours, but to ten."""
    values = cloud(strays=0)
    values[:6] = 30 + 0.1 * values[:6]
    assert not set(flagged(values, "lof", neighbours=5)) & set(range(6))
    assert set(range(6)) <= set(flagged(values, "lof", neighbours=10))


def test_lof_finds_a_store_beside_a_dense_group_that_a_distance_does_not():
    """One group is ten times as wide; a store is far from the dense one in that one's measure."""
    generator = np.random.default_rng(5)
    dense = generator.normal(size=(100, 2)) * 0.1
    wide = generator.normal(size=(100, 2)) + 20
    values = np.vstack([dense, wide, [[0.6, 0.6]]])
    assert scored(values, "lof", neighbours=20)["score"].idxmax() == 200
    assert 200 in flagged(values, "lof", neighbours=20)
    farthest = scored(values, "knn_distance")["score"].sort_values(ascending=False).index[:10]
    assert 200 not in farthest


def test_elliptic_envelope_finds_what_is_odd_only_together():
    """Both values are usual, but not at once: the features go up together everywhere else."""
    generator = np.random.default_rng(6)
    common = generator.normal(size=200)
    values = np.column_stack([common, common + 0.1 * generator.normal(size=200)])
    values[17] = [1.5, -1.5]
    assert flagged(values, "elliptic_envelope")[:1] == [17]


def test_elliptic_envelope_takes_log_ratios_and_more_features_than_stores():
    """The last direction of a log-ratio does not vary; sixty stores cannot fix eighty features."""
    values = cloud(100, 8)
    ratios = values - values.mean(axis=1, keepdims=True).round(12)
    assert {0, 1, 2, 3} <= set(flagged(ratios, "elliptic_envelope"))
    result = scored(cloud(60, 80, strays=2), "elliptic_envelope")
    assert np.isfinite(result["score"]).all()
    assert set(np.flatnonzero(result["is_outlier"])) >= {0, 1}


@pytest.mark.filterwarnings("ignore:Determinant has increased")
def test_elliptic_envelope_says_where_it_cannot_measure():
    values = cloud(100, 3)
    values[30:, 1] = 0
    with pytest.raises(
        ValueError, match=r"'beer': outliers\.method elliptic_envelope cannot"
    ) as said:
        scored(values, "elliptic_envelope")
    assert "of the 100 stores" in str(said.value)
    assert "filter.ignored_features" in str(said.value)
    with pytest.raises(
        ValueError, match=r"needs 10 stores, and there are 9: raise outliers\.minimum"
    ):
        scored(cloud(9, 2), "elliptic_envelope", minimum_stores=5)
    assert len(scored(cloud(9, 2), "elliptic_envelope")) == 9


def test_stores_are_named():
    assert scored(cloud(), "lof")["store_id"].tolist() == store_names(200).tolist()
