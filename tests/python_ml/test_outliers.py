"""Outliers: planted strays are found, nobody else is, and the limits hold."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_ml.outliers import SCHEMA, score_outliers
from tests.python_ml.planted import long_frame, shuffled, store_names

SETTINGS = {
    "method": "knn_distance",
    "neighbours": 5,
    "threshold": 6.0,
    "maximum_share": 0.05,
    "minimum_stores": 50,
}


def cloud_with_strays(stores=200, strays=4, seed=0):
    """Return a cloud of stores in six features; the first few are moved far away, each apart."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(stores, 6))
    values[:strays] += 30 * np.eye(strays, 6) * np.array([[1], [-1]] * 3)[:strays]
    return long_frame(values, column="feature")


def flagged(values, **changes):
    """Return the ids of the flagged stores."""
    result = score_outliers(values, settings=SETTINGS | changes, seed=0)
    return result.loc[result["is_outlier"], "store_id"].tolist()


def score_by_hand(values, neighbours):
    """Return the distance to the n-th nearest other row, by the full distance matrix."""
    distances = np.sqrt(((values[:, None] - values[None]) ** 2).sum(axis=2))
    return np.sort(distances, axis=1)[:, neighbours]


@pytest.mark.parametrize("seed", range(5))
def test_planted_strays_are_the_outliers(seed):
    """The strays are found, and at most a very few stores of the cloud with them."""
    found = flagged(cloud_with_strays(seed=seed))
    assert set(store_names(4)) <= set(found)
    assert len(found) <= 6


def test_score_and_threshold_are_the_formula():
    """Score, threshold and flag follow from the scaled columns as described."""
    values = np.random.default_rng(3).normal(size=(80, 3)) * [1, 50, 0.01] + [5, -1000, 2]
    values[7] *= 4
    low, high = np.quantile(values, [0.25, 0.75], axis=0)
    scaled = (values - np.median(values, axis=0)) / ((high - low) / 1.349)
    score = score_by_hand(scaled, 5)
    limit = np.median(score) + 6 * np.median(np.abs(score - np.median(score)))
    result = score_outliers(long_frame(values, column="feature"), settings=SETTINGS, seed=0)
    np.testing.assert_allclose(result["score"], score, rtol=1e-9)
    np.testing.assert_allclose(result["threshold"], limit, rtol=1e-9)
    assert result["is_outlier"].tolist() == (score > limit).tolist()
    assert result["is_outlier"].any()


@pytest.mark.parametrize(
    ("column", "scale"),
    [
        # 20 of 100 stores differ: no IQR, so the wider quantiles.
        (np.r_[np.zeros(80), np.linspace(1, 2, 20)], "quantiles"),
        # 2 of 100 stores differ: not even those, so the standard deviation.
        (np.r_[np.zeros(98), 5.0, 6.0], "deviation"),
    ],
)
def test_a_column_without_middle_spread_is_scaled_all_the_same(column, scale):
    """A sparse column falls back to the next wider spread instead of its raw unit."""
    if scale == "quantiles":
        divisor = np.ptp(np.quantile(column, [0.025, 0.975])) / 3.92
    else:
        divisor = column.std()
    result = score_outliers(
        long_frame(column[:, None] * 1000, column="feature"), settings=SETTINGS, seed=0
    )
    expected = score_by_hand(column[:, None] / divisor, 5)
    np.testing.assert_allclose(result["score"], expected, rtol=1e-9)


def test_a_constant_column_is_ignored():
    """A column with one value neither divides by zero nor counts, even if its mean rounds."""
    values = np.random.default_rng(1).normal(size=(60, 2))
    with_constant = np.column_stack([values, np.full(60, 0.1)])
    pd.testing.assert_frame_equal(
        score_outliers(long_frame(values, column="feature"), settings=SETTINGS, seed=0),
        score_outliers(long_frame(with_constant, column="feature"), settings=SETTINGS, seed=0),
    )


def test_equal_stores_have_no_outlier():
    """Where nothing varies, every score is 0 and nobody is flagged."""
    result = score_outliers(
        long_frame(np.full((60, 2), 0.1), column="feature"), settings=SETTINGS, seed=0
    )
    assert result["score"].tolist() == [0.0] * 60
    assert not result["is_outlier"].any()


@pytest.mark.parametrize("method", ["none", "iqr", "mad"])
def test_other_methods_are_not_computed_here(method):
    """Rules that need no algorithm give an empty frame with the usual columns."""
    result = score_outliers(cloud_with_strays(), settings=SETTINGS | {"method": method}, seed=0)
    assert result.empty
    assert result.dtypes.astype(str).to_dict() == SCHEMA


def test_an_empty_frame_stays_a_frame():
    """No stores, no rows, but the same columns and dtypes as ever."""
    empty = pd.DataFrame({name: [] for name in ("category", "store_id", "feature", "value")})
    result = score_outliers(empty, settings=SETTINGS, seed=0)
    full = score_outliers(cloud_with_strays(), settings=SETTINGS, seed=0)
    assert result.empty
    assert result.dtypes.astype(str).to_dict() == SCHEMA
    assert full.dtypes.astype(str).to_dict() == SCHEMA


def test_setting_neighbours():
    """A pair of strays hides behind its first neighbour, not behind its second."""
    values = array_with_pair()
    assert not {"s0000", "s0001"} & set(flagged(values, neighbours=1))
    assert {"s0000", "s0001"} <= set(flagged(values, neighbours=2))


def array_with_pair():
    """Return a cloud with two strays right beside each other."""
    values = np.random.default_rng(2).normal(size=(100, 4))
    values[0], values[1] = 20.0, 20.1
    return long_frame(values, column="feature")


def test_setting_threshold():
    """A higher threshold flags fewer stores, a low one reaches the cap."""
    values = cloud_with_strays()
    assert len(flagged(values, threshold=1.0)) == 10
    assert flagged(values, threshold=1000.0) == []


def test_setting_maximum_share_keeps_the_farthest():
    """With room for two, the two farthest are flagged; with room for none, nobody."""
    values = cloud_with_strays()
    score = score_outliers(values, settings=SETTINGS, seed=0).set_index("store_id")["score"]
    assert flagged(values, maximum_share=0.01) == sorted(score.nlargest(2).index)
    assert flagged(values, maximum_share=0.004) == []


def test_maximum_share_is_not_cut_by_rounding():
    """0.29 of 100 is 28.999999999999996 in floating point and means 29 stores."""
    values = long_frame(np.random.default_rng(0).normal(size=(100, 2)), column="feature")
    assert len(flagged(values, maximum_share=0.29, threshold=0.0)) == 29


def test_ties_at_the_cap_go_to_the_first_stores():
    """Six equally far strays and room for five: the last by name stays."""
    line = np.r_[np.arange(100.0), np.arange(6) * 1e4 + 1e5]
    names = flagged(long_frame(line[:, None], column="feature"), neighbours=1)
    assert names == ["s0100", "s0101", "s0102", "s0103", "s0104"]


def test_setting_minimum_stores():
    """A category below the minimum has scores but no outliers."""
    values = cloud_with_strays(stores=60, strays=2)
    assert flagged(values, minimum_stores=61) == []
    assert set(flagged(values, minimum_stores=60)) >= {"s0000", "s0001"}


@pytest.mark.parametrize("stores", [1, 2, 5])
def test_fewer_stores_than_neighbours(stores):
    """The farthest other store counts; a single store has the score 0."""
    values = np.arange(float(stores))[:, None] ** 2
    judged = SETTINGS | {"minimum_stores": 1}
    result = score_outliers(long_frame(values, column="feature"), settings=judged, seed=0)
    assert len(result) == stores
    assert np.isfinite(result["score"]).all()
    assert (result["score"] > 0).all() == (stores > 1)


def test_categories_do_not_touch_each_other():
    """The result of a category is the same with and without another one."""
    beer, wine = cloud_with_strays(seed=1), cloud_with_strays(seed=2).assign(category="wine")
    both = score_outliers(pd.concat([wine, beer]), settings=SETTINGS, seed=0)
    assert both["category"].unique().tolist() == ["beer", "wine"]
    pd.testing.assert_frame_equal(
        both.loc[both["category"] == "wine"].reset_index(drop=True),
        score_outliers(wine, settings=SETTINGS, seed=0),
    )


@given(st.integers(0, 1000), st.integers(1, 120), st.floats(0.001, 0.5), st.floats(0, 8))
@settings(max_examples=40)
def test_order_does_not_matter_and_the_cap_holds(seed, stores, share, threshold):
    """Same stores in any order: same frame, sorted, input untouched, never above the cap."""
    values = np.random.default_rng(seed).standard_t(2, size=(stores, 3)).round(1)
    long = long_frame(values, column="feature")
    mixed = shuffled(long, seed)
    before = mixed.copy(deep=True)
    chosen = SETTINGS | {"maximum_share": share, "threshold": threshold}
    result = score_outliers(mixed, settings=chosen, seed=0)
    pd.testing.assert_frame_equal(mixed, before)
    pd.testing.assert_frame_equal(
        result, score_outliers(long, settings=chosen, seed=0), check_exact=True
    )
    assert result["store_id"].tolist() == store_names(stores).tolist()
    assert result["is_outlier"].sum() <= math.floor(share * stores + 1e-9)
    assert not (result["is_outlier"] & (result["score"] <= result["threshold"])).any()
    if stores < 50:
        assert not result["is_outlier"].any()


def test_unit_and_origin_of_a_column_do_not_matter():
    """Another unit or origin of a column flags the same stores."""
    values = cloud_with_strays()
    in_cents = values.assign(value=values["value"] * 100 + 1e6)
    assert flagged(in_cents) == flagged(values) != []


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda frame: frame.drop(index=8), "store_id 's0001', feature 'f03': the value is missi"),
        (lambda frame: pd.concat([frame, frame.loc[[8]]]), "'s0001', feature 'f03': more than on"),
        (
            lambda frame: frame.assign(value=frame["value"].where(frame.index != 8)),
            "category 'beer', store_id 's0001', feature 'f03': the value is not a finite number",
        ),
        (
            lambda frame: frame.assign(value=frame["value"].where(frame.index != 8, np.inf)),
            "'s0001', feature 'f03': the value is not a finite number",
        ),
        (
            lambda frame: frame.assign(store_id=frame["store_id"].where(frame.index != 8)),
            "feature 'f03': a key is null",
        ),
    ],
)
def test_broken_frames_are_refused(break_it, message):
    """A gap, a double, an infinite value or a null key is named."""
    with pytest.raises(ValueError, match=message):
        score_outliers(break_it(cloud_with_strays()), settings=SETTINGS, seed=0)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_required(name):
    """A missing setting fails under its name."""
    incomplete = {key: value for key, value in SETTINGS.items() if key != name}
    with pytest.raises(KeyError, match=name):
        score_outliers(cloud_with_strays(), settings=incomplete, seed=0)
