"""Stand-ins for missing values: what is planted is found, and nothing else is touched."""

import numpy as np
import pandas as pd
import pytest

from python_ml.imputation import SCHEMA, find_stand_ins
from tests.python_ml.planted import long_frame, shuffled

SETTINGS = {"method": "knn", "neighbours": 5, "iterations": 30}


def stand_ins(values, **changes):
    """Return the stand-ins of an array or a long frame."""
    frame = values if isinstance(values, pd.DataFrame) else long_frame(values, column="feature")
    return find_stand_ins(frame, settings=SETTINGS | changes)


def groups(seed=0, stores=120):
    """Return two groups of stores, ten apart in every feature, whose last has large numbers."""
    generator = np.random.default_rng(seed)
    truth = np.arange(stores) % 2
    values = generator.normal(size=(stores, 4)) + 10 * truth[:, None]
    return values * [1, 1, 1, 1000], truth


@pytest.mark.parametrize("seed", range(3))
def test_knn_takes_the_value_of_its_own_group(seed):
    """The mean of all would lie between the groups."""
    values, truth = groups(seed)
    values[:20, 1] = np.nan
    got = stand_ins(values)["value"].to_numpy()
    assert len(got) == 20
    np.testing.assert_allclose(got, 10 * truth[:20], atol=2)


def test_knn_is_not_decided_by_the_feature_with_the_largest_numbers():
    """The large feature is noise; the groups are in the small ones."""
    values, truth = groups()
    generator = np.random.default_rng(1)
    values[:, 3] = 1e6 * generator.normal(size=len(values))
    values[:20, 1] = np.nan
    got = stand_ins(values)["value"].to_numpy()
    np.testing.assert_allclose(got, 10 * truth[:20], atol=2)


@pytest.mark.parametrize("seed", range(3))
def test_iterative_finds_a_planted_formula(seed):
    """A feature that is a sum of two others is found again, in its own unit."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(200, 3))
    values[:, 2] = 5000 * (2 * values[:, 0] - values[:, 1]) + 100
    truth = values[:, 2].copy()
    # the farthest ones stay, since a stand-in does not leave the range of what is there
    gaps = np.argsort(np.abs(truth - np.median(truth)))[:40]
    values[gaps, 2] = np.nan
    got = stand_ins(values, method="iterative").sort_values("store_id")["value"]
    np.testing.assert_allclose(got, truth[np.sort(gaps)], rtol=0.01, atol=20)


def test_iterative_stays_in_the_range_of_what_is_there():
    line = np.arange(30.0)
    values = np.column_stack([line, 3 * line])
    values[25:, 1] = np.nan
    got = stand_ins(values, method="iterative")["value"]
    assert got.max() <= 3 * 24


def test_neighbours_and_iterations_move_the_stand_ins():
    values, _ = groups()
    values[np.random.default_rng(3).random(values.shape) < 0.2] = np.nan
    one, five = stand_ins(values, neighbours=1), stand_ins(values)
    assert (one["value"] != five["value"]).any()
    # one neighbour: a value that some store has
    assert set(one["value"].round(6)) <= set(values[np.isfinite(values)].round(6))
    with pytest.warns(Warning, match="Early stopping criterion not reached"):
        first = stand_ins(values, method="iterative", iterations=1)
    assert (first["value"] != stand_ins(values, method="iterative")["value"]).any()


@pytest.mark.parametrize("method", ["knn", "iterative"])
def test_order_and_other_categories_do_not_matter(method):
    values, _ = groups()
    values[np.random.default_rng(3).random(values.shape) < 0.05] = np.nan
    beer = long_frame(values, column="feature")
    wine = long_frame(values[::-1] + 1, column="feature", category="wine")
    both = stand_ins(shuffled(pd.concat([beer, wine]), 5), method=method)
    assert set(both["category"]) == {"beer", "wine"}
    pd.testing.assert_frame_equal(
        both[both["category"] == "beer"], stand_ins(beer, method=method), check_exact=True
    )


@pytest.mark.parametrize("method", ["knn", "iterative"])
def test_edges(method):
    """A feature without any value, one without spread, a store without any value, a lone store."""
    nothing, flat = np.full(6, np.nan), np.full(6, 7.0)
    line = np.arange(6.0)
    values = np.column_stack([nothing, flat, line, line])
    values[2] = np.nan
    got = stand_ins(values, method=method)
    assert got["feature"].tolist() == ["f02", "f03", "f04"]
    assert got["store_id"].tolist() == ["s0002"] * 3
    assert got["value"].tolist()[0] == pytest.approx(7)
    np.testing.assert_allclose(got["value"][1:], 2.6, atol=0.7)
    assert stand_ins(np.array([[np.nan, 1.0]]), method=method).empty
    assert stand_ins(np.ones((3, 2)), method=method).empty


@pytest.mark.parametrize("method", ["median", "mean", "mode", "constant"])
def test_other_methods_are_not_computed_here(method):
    values, _ = groups()
    values[0, 0] = np.nan
    result = stand_ins(values, method=method)
    assert result.empty
    assert result.dtypes.astype(str).to_dict() == SCHEMA


def test_an_infinite_value_is_named():
    values, _ = groups()
    values[1, 2] = np.inf
    with pytest.raises(ValueError, match="'s0001', feature 'f03': the value is not a finite"):
        stand_ins(values)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_required(name):
    incomplete = {key: value for key, value in SETTINGS.items() if key != name}
    with pytest.raises(KeyError, match=name):
        find_stand_ins(long_frame(np.ones((2, 2)), column="feature"), settings=incomplete)
