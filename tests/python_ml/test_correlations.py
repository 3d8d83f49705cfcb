"""Correlated features: which of a pair goes, and because of which."""

import time

import numpy as np
import pandas as pd
import pytest

from python_ml.correlations import SCHEMA, drop_correlated
from tests.python_ml.planted import long_frame, shuffled


def candidates_of(values, **changes):
    """Return the candidate frame of a long frame, with the variance of each feature."""
    frame = values.groupby(["category", "feature"], as_index=False)["value"].var(ddof=0)
    frame = frame.rename(columns={"value": "variance"}).assign(unused_reason=None)
    for feature, reason in changes.items():
        frame.loc[frame["feature"] == feature, "unused_reason"] = reason
    return frame


def dropped(values, most=0.9, **changes):
    """Return {feature that goes: its partner}."""
    frame = values if isinstance(values, pd.DataFrame) else long_frame(values, column="feature")
    result = drop_correlated(
        frame, candidates_of(frame, **changes), settings={"maximum_correlation": most}
    )
    assert result.dtypes.astype(str).to_dict() == SCHEMA
    return dict(zip(result["feature"], result["partner"], strict=True))


def chain(strength=0.3, stores=500):
    """Return three features: the middle one goes with both others, these hardly together."""
    a, c = np.random.default_rng(0).normal(size=(2, stores))
    return a, (a + c) / np.sqrt(2), c


def test_of_a_pair_the_one_with_less_variance_goes():
    line = np.arange(20.0)
    assert dropped(np.column_stack([line, 2 * line])) == {"f01": "f02"}
    assert dropped(np.column_stack([3 * line, 2 * line])) == {"f02": "f01"}


def test_a_negative_correlation_counts_as_well_and_keeps_its_sign():
    line = np.arange(20.0)
    values = long_frame(np.column_stack([line, 5 - 2 * line]), column="feature")
    result = drop_correlated(values, candidates_of(values), settings={"maximum_correlation": 0.9})
    assert result.to_dict("records") == [
        {"category": "beer", "feature": "f01", "partner": "f02", "correlation": -1.0}
    ]


def test_ties_go_by_name_even_where_a_sum_is_rounded():
    """A share and 1 minus that share vary alike."""
    share = np.random.default_rng(1).random(50) / 3
    assert dropped(np.column_stack([1 - share, share])) == {"f02": "f01"}
    assert dropped(np.column_stack([share, 1 - share])) == {"f02": "f01"}


def test_in_a_chain_only_a_feature_that_stays_makes_another_go():
    a, b, c = chain()
    # strong middle: both ends go because of it
    assert dropped(np.column_stack([a, 9 * b, c]), 0.6) == {"f01": "f02", "f03": "f02"}
    # strong end: the middle goes, so that the other end stays
    assert dropped(np.column_stack([9 * a, 3 * b, c]), 0.6) == {"f02": "f01"}


def test_the_partner_is_the_one_that_stays_and_is_most_alike():
    generator = np.random.default_rng(2)
    a, b = 10 * generator.normal(size=(2, 400))
    near = 0.1 * (0.6 * a + 0.8 * b)
    assert dropped(np.column_stack([1.5 * a, b, near]), 0.5) == {"f03": "f02"}


def test_the_limit_itself_is_not_above_and_null_keeps_all():
    line = np.arange(20.0)
    twins = np.column_stack([line, line, line])
    assert dropped(twins, 1.0) == {}
    assert dropped(twins, 0.999) == {"f02": "f01", "f03": "f01"}
    assert dropped(twins, None) == {}


def test_only_stores_that_have_both_values_count_and_two_are_not_enough():
    line = np.arange(20.0)
    half = np.where(line < 10, line / 2, np.nan)
    assert dropped(np.column_stack([line, half])) == {"f02": "f01"}
    two = np.where(line < 2, line, np.nan)
    assert dropped(np.column_stack([line, two])) == {}
    apart = np.where(line < 10, np.nan, line / 3)
    assert dropped(np.column_stack([half, apart])) == {}


def test_flat_where_both_are_there_is_not_correlated():
    line = np.arange(20.0)
    flat = np.where(line < 10, 0.1, np.where(line < 15, np.nan, line / 9))
    other = np.where(line < 10, line, np.nan)
    assert dropped(np.column_stack([flat, other])) == {}


def test_what_is_not_used_takes_no_part():
    line = np.arange(20.0)
    values = np.column_stack([line, 2 * line, 3 * line])
    assert dropped(values, f03="ignored by the settings") == {"f01": "f02"}
    assert dropped(values, f02="x", f03="x") == {}
    assert dropped(values, f01="x", f02="x", f03="x") == {}


def test_order_and_other_categories_do_not_matter():
    values = np.random.default_rng(3).normal(size=(50, 8)).cumsum(axis=1)
    beer = long_frame(values, column="feature")
    wine = long_frame(values[:, ::-1] * 2, column="feature", category="wine")
    both = pd.concat([beer, wine])
    settings = {"maximum_correlation": 0.7}
    result = drop_correlated(shuffled(both, 1), shuffled(candidates_of(both), 2), settings=settings)
    alone = drop_correlated(beer, candidates_of(beer), settings=settings)
    assert len(alone) > 0
    pd.testing.assert_frame_equal(result[result["category"] == "beer"], alone, check_exact=True)
    assert set(result["category"]) == {"beer", "wine"}


@pytest.mark.parametrize("seed", range(5))
def test_the_choice_is_that_of_the_rule(seed):
    """No two that stay are too alike; each that goes is too alike to a stronger one that stays."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(60, 5)) @ generator.normal(size=(5, 30))
    gone = dropped(values, 0.8)
    names = [f"f{number:02d}" for number in range(1, 31)]
    alike = pd.DataFrame(np.abs(np.corrcoef(values.T)), names, names)
    variance = pd.Series(values.var(axis=0), names)
    stay = [name for name in names if name not in gone]
    assert (alike.loc[stay, stay].to_numpy() - np.eye(len(stay))).max() <= 0.8
    for feature, partner in gone.items():
        assert partner in stay
        assert alike.loc[feature, partner] > 0.8
        assert alike.loc[feature, partner] == alike.loc[feature, stay][
            variance[stay] > variance[feature]
        ].max()  # fmt: skip
    assert 0 < len(gone) < 30


def test_thousands_of_features_take_seconds():
    values = np.random.default_rng(4).normal(size=(100, 2000))
    values[:, 1000:] = 0.5 * values[:, :1000]
    frame = long_frame(values, column="feature")
    start = time.monotonic()
    assert len(dropped(frame)) == 1000
    assert time.monotonic() - start < 30
