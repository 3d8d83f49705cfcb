"""Small clusters: what tells the ways of dissolving them apart, and what holds for all of them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_ml.frames import resolve_minimum_size
from python_ml.merging import settle_small_clusters
from tests.python_ml.planted import shuffled
from tests.python_ml.settling import (
    MODES,
    SETTINGS,
    by_label,
    ends,
    frames,
    grid_worlds,
    log_of,
    settle,
    unpack,
)

WHOLE = ["fold", "nearest_large"]
# Two small neighbours between large clusters; one of them straddles the middle.
NAMES = ["1_1"] * 6 + ["1_2"] * 3 + ["2_1"] * 2 + ["2_2"] * 6
VALUES = [0] * 6 + [8, 9, 13] + [14, 14] + [20] * 6
BY_MODE = {
    # 2_1 (14) joins 1_2 (10), which is large enough then
    "fold": ["1_1"] * 6 + ["1_2"] * 5 + ["2_2"] * 6,
    # 1_2 (10) is as near to 1_1 as to 2_2: the smaller label of equally large ones
    "nearest_large": ["1_1"] * 9 + ["2_2"] * 8,
    # 13 alone is nearer to 2_2
    "per_store": ["1_1"] * 8 + ["2_2"] * 9,
    # both small ones are filled up: three clusters of five are kept, and 1_2 takes 2_1
    "size": ["1_1"] * 6 + ["1_2"] * 5 + ["2_2"] * 6,
}


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_does_what_it_says(mode):
    assert ends(VALUES, NAMES, 5, small_clusters=mode) == BY_MODE[mode]


def test_size_fills_up_where_fold_dissolves():
    """Five clusters can all have two stores: the small one takes its nearest neighbour's."""
    values, names = [0, 1, 2, 3, 10, 10, 4], ["1_1"] * 4 + ["1_2"] * 2 + ["2_1"]
    assert ends(values, names, 2) == ["1_1"] * 4 + ["1_2"] * 2 + ["1_1"]
    assert ends(values, names, 2, small_clusters="size") == ["1_1"] * 3 + ["2_1"] + [
        "1_2", "1_2", "2_1",
    ]  # fmt: skip


def test_nearest_large_looks_at_the_start():
    """1_2 joins 1_1 and would draw it nearer; 2_1 still sees it where it was."""
    values = [0] * 4 + [6] * 3 + [10.5] * 2 + [20] * 4
    names = ["1_1"] * 4 + ["1_2"] * 3 + ["2_1"] * 2 + ["2_2"] * 4
    table = settle(values, names, 4, small_clusters="nearest_large")
    # the smallest first, sizes and distances as they were at the start
    assert log_of(table) == [(1, "2_1", "2_2", 2, 4, 2), (2, "1_2", "1_1", 3, 4, 3)]
    steps = table.groupby("merged_label")["merge_distance"].first()
    assert steps[["2_1", "1_2"]].tolist() == [9.5, 6]


def test_stores_of_one_cluster_go_in_one_step():
    values, names = VALUES, NAMES
    table = settle(values, names, 5, small_clusters="per_store")
    assert log_of(table) == [
        (1, "2_1", "2_2", 2, 6, 2),
        (2, "1_2", "1_1", 3, 6, 2),
        (2, "1_2", "2_2", 3, 6, 1),
    ]


@pytest.mark.parametrize("mode", ["nearest_large", "per_store"])
def test_where_all_are_small_the_largest_takes_the_others(mode):
    values, names = [0, 0, 5, 9, 9], ["2_1", "2_1", "1_1", "10_1", "10_1"]
    assert ends(values, names, 4, small_clusters=mode) == ["2_1"] * 5
    # the absorber is small, if the others are beyond the limit
    table = settle(values, names, 4, small_clusters=mode, maximum_distance=6)
    assert table["settled_label"].tolist() == ["2_1"] * 3 + ["10_1"] * 2
    assert table["note"].tolist() == [
        *["kept: no cluster is large enough, and this is the largest"] * 3,
        *["kept: the nearest large cluster is 9 away, the limit is 6"] * 2,
    ]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("minimum", [4, 99])
def test_fewer_stores_than_the_minimum_are_one_cluster(mode, minimum):
    values, names = [0, 5, 9], ["1_2", "1_1", "1_2"]
    table = settle(values, names, minimum, small_clusters=mode)
    assert table["settled_label"].tolist() == ["1_2"] * 3
    assert set(table["note"]) == {"kept: the category has no other cluster"}


@pytest.mark.parametrize("mode", ["nearest_large", "per_store"])
def test_of_equally_near_large_ones_the_larger_receives_then_the_smaller_label(mode):
    names = ["2_1"] * 2 + ["1_9"] + ["10_1"] * 3
    assert ends([0, 0, 5, 10, 10, 10], names, 2, small_clusters=mode)[2] == "10_1"
    names = ["10_1"] * 2 + ["1_9"] + ["2_1"] * 2
    assert ends([0, 0, 5, 10, 10], names, 2, small_clusters=mode)[2] == "2_1"


@pytest.mark.parametrize(
    ("mode", "limit", "expected", "note"),
    [
        # 2_1 is 4 away from 1_2, which grows to 5 stores at 11.6
        ("fold", 4, BY_MODE["fold"], None),
        # 1_2 is 10 away from either large one, 2_1 is 6 away from 2_2
        ("fold", 3.9, NAMES, "kept: the nearest cluster is 4 away, the limit is 3.9"),
        ("nearest_large", 10, BY_MODE["nearest_large"], None),
        ("nearest_large", 9, ["1_1"] * 6 + ["1_2"] * 3 + ["2_2"] * 8,
         "kept: the nearest large cluster is 10 away, the limit is 9"),
        ("per_store", 9, BY_MODE["per_store"], None),
        # 8 and 13 go, 9 stays
        ("per_store", 8, ["1_1"] * 7 + ["1_2"] + ["2_2"] * 9,
         "kept: the nearest large cluster is 9 away, the limit is 8"),
    ],
)  # fmt: skip
def test_setting_maximum_distance(mode, limit, expected, note):
    table = settle(VALUES, NAMES, 5, small_clusters=mode, maximum_distance=limit)
    assert table["settled_label"].tolist() == expected
    small = table["settled_label"].map(table["settled_label"].value_counts()) < 5
    assert table.loc[~small, "note"].isna().all()
    assert set(table.loc[small, "note"]) == (set() if note is None else {note})


def test_a_cluster_that_waited_is_folded_once_it_is_near():
    """1_2 is too far from 1_1 until 1_3 has joined and drawn it nearer."""
    names = ["1_1"] * 2 + ["1_2"] + ["1_3"] * 2
    values = [0, 0, 10, 4, 4]
    assert by_label(values, names, 3, maximum_distance=7) == dict.fromkeys(set(names), "1_1") | {
        "1_2": "1_3", "1_1": "1_3", "1_3": "1_3"}  # fmt: skip
    values = [0, 0, 10, 3, 3]
    assert settle(values, names, 3, maximum_distance=6)["settled_label"].nunique() == 2


@pytest.mark.parametrize("mode", ["fold", "nearest_large", "per_store"])
@pytest.mark.parametrize("most", [1, 2, 3, 4, 9])
def test_setting_maximum_clusters(mode, most):
    """However far, the smallest goes first; it is logged under a mode and a reason of its own."""
    values, names = [0, 0, 0, 10, 10, 30, 30, 30, 30, 31], ["a"] * 3 + ["b"] * 2 + ["c"] * 4 + ["d"]
    table = settle(values, names, 2, small_clusters=mode, maximum_clusters=most, maximum_distance=3)
    assert table["settled_label"].nunique() == min(most, 3)
    log = table.drop_duplicates("merged_label").set_index("merged_label")
    assert log.loc["d", ["merge_mode", "merged_into"]].tolist() == [mode, "c"]
    assert log.loc["d", "reason"] == "its cluster was too small (1 store)"
    if most < 3:
        assert log.loc["b", ["merge_step", "merge_mode", "merged_into"]].tolist() == [
            2, "maximum_clusters", "a"]  # fmt: skip
        assert log.loc["b", "reason"] == f"there were more clusters than the maximum ({most})"
    if most == 1:
        assert log.loc["a", ["merge_step", "merged_into"]].tolist() in ([3, "c"], [3, "a"])
        assert table["note"].isna().all()


@given(
    grid_worlds,
    st.one_of(st.integers(1, 15), st.floats(0.01, 0.9)),
    st.sampled_from(MODES),
    st.sampled_from([None, 0.5, 1.5]),
    st.sampled_from([None, 1, 2, 4]),
)
@settings(max_examples=80)
def test_what_holds_whatever_is_set(world, minimum, mode, limit, most):
    """Every store once, labels of the start, sizes held or said, moves only where they may be."""
    values, names = unpack(world)
    limit = None if mode == "size" else limit
    table = settle(
        values, names, minimum, small_clusters=mode, maximum_distance=limit, maximum_clusters=most
    )
    smallest = resolve_minimum_size(minimum, len(names))
    before = pd.Series(names).value_counts()
    after = table["settled_label"].value_counts()
    assert table["merged_label"].tolist() == names
    assert set(after.index) <= set(before.index)
    is_small = table["settled_label"].map(after) < smallest
    assert (is_small == table["note"].notna()).all()
    if limit is None:
        assert not is_small.any() or len(after) == 1
    moved = table["merged_label"] != table["settled_label"]
    assert (moved == table["reason"].notna()).all()
    assert len(after) <= (most or len(names))
    if most is None and mode != "size":
        assert (table.loc[moved, "merged_label"].map(before) < smallest).all()
    if mode in WHOLE:
        ends_of_labels = table.groupby("merged_label")["settled_label"].nunique()
        assert (ends_of_labels == 1).all()
        # a row of the log for each label lost
        assert len(log_of(table)) == len(before) - len(after)
    lost = set(before.index) - set(after.index)
    assert lost <= {source for _, source, *_ in log_of(table)}


@given(grid_worlds, st.integers(1, 15), st.sampled_from(MODES), st.sampled_from([-64.0, 0.5, 1024]))
@settings(max_examples=40)
def test_done_once_is_done_and_neither_origin_nor_unit_matters(world, minimum, mode, number):
    values, names = unpack(world)
    once = ends(values, names, minimum, small_clusters=mode)
    assert ends(values, once, minimum, small_clusters=mode) == once
    assert ends(np.array(values) + number, names, minimum, small_clusters=mode) == once
    assert ends(np.array(values) * abs(number), names, minimum, small_clusters=mode) == once


@given(
    grid_worlds,
    st.integers(1, 15),
    st.sampled_from(MODES),
    st.sampled_from([None, 2]),
    st.integers(0, 100),
)
@settings(max_examples=40)
def test_order_does_not_matter_and_inputs_are_left_alone(world, minimum, mode, most, seed):
    """Any order of either frame gives the same table."""
    space, labels = frames(*unpack(world))
    mixed_space, mixed_labels = shuffled(space, seed), shuffled(labels, seed + 1)
    before = mixed_space.copy(deep=True), mixed_labels.copy(deep=True)
    chosen = SETTINGS | {
        "minimum_cluster_size": minimum, "small_clusters": mode, "maximum_clusters": most,
    }  # fmt: skip
    result = settle_small_clusters(mixed_space, mixed_labels, settings=chosen)
    pd.testing.assert_frame_equal(
        result, settle_small_clusters(space, labels, settings=chosen), check_exact=True
    )
    pd.testing.assert_frame_equal(mixed_space, before[0])
    pd.testing.assert_frame_equal(mixed_labels, before[1])
