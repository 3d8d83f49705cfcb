"""What is split before small clusters are dissolved: each value keeps to itself."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_ml.merging import settle_small_clusters
from python_ml.merging.cells import split_value
from tests.python_ml.planted import shuffled
from tests.python_ml.settling import MODES, SETTINGS, ends, frames, settle


@pytest.mark.parametrize("mode", MODES)
def test_a_small_cluster_joins_one_of_its_value_however_far(mode):
    """The store of 2_1/north stands among those of the south."""
    labels = ["1_1/north"] * 2 + ["2_1/north"] + ["2_1/south"] * 3
    values = [0, 1, 9, 9, 9, 9]
    found = ends(values, labels, 2, small_clusters=mode)
    assert found == ["1_1/north"] * 3 + ["2_1/south"] * 3
    unsplit = ends(values, ["1_1"] * 2 + ["2_2"] + ["2_1"] * 3, 2, small_clusters=mode)
    assert unsplit[2] != "1_1"


def test_the_only_cluster_of_a_value_stays_and_says_why():
    table = settle([0, 1, 2, 3], ["1_1/a/b"] * 3 + ["1_1/c"], 2)
    assert table["settled_label"].tolist() == ["1_1/a/b"] * 3 + ["1_1/c"]
    assert table["note"].fillna("").tolist() == [""] * 3 + [
        "kept: there is no other cluster of 'c'"
    ]
    assert table["reason"].isna().all()


def test_shares_are_of_the_whole_category():
    """A quarter of 8 stores is 2, also for the value that has 3 of them."""
    labels = ["1_1/a"] * 5 + ["1_1/b"] * 2 + ["2_1/b"]
    assert ends(range(8), labels, 0.25)[5:] == ["1_1/b"] * 3
    # half of them are 4, and not 1 of the 3
    bounded = ends(range(8), ["1_1/a"] * 4 + ["2_1/a"] + labels[5:], 1,
                   small_clusters="size", maximum_cluster_size=0.5)  # fmt: skip
    assert bounded == ["1_1/a"] * 4 + ["2_1/a"] + labels[5:]


def test_steps_are_counted_through_the_category():
    labels = ["1_1/a"] * 2 + ["1_2/a"] + ["1_1/b"] * 2 + ["1_2/b"]
    table = settle(range(6), labels, 2)
    assert table["merge_step"].dropna().tolist() == [1, 2]
    assert table["merged_into"].dropna().tolist() == ["1_1/a", "1_1/b"]


def test_the_most_clusters_are_those_of_each_value():
    labels = [f"{number}_1/{value}" for value in "ab" for number in (1, 1, 2, 2, 3, 3)]
    table = settle(range(12), labels, maximum_clusters=2)
    values = table["settled_label"].map(split_value)
    assert table.groupby(values)["settled_label"].nunique().tolist() == [2, 2]


worlds = st.lists(
    st.tuples(st.integers(0, 9), st.integers(1, 4), st.sampled_from("ab")), min_size=1, max_size=24
)


@given(worlds, st.integers(1, 5), st.sampled_from(["fold", "nearest_large", "per_store"]))
@settings(max_examples=60)
def test_each_value_is_settled_as_if_it_were_alone(world, minimum, mode):
    """Whatever the other value holds, and in any order of the rows."""
    world = sorted(world, key=lambda store: store[2])
    values = [value for value, _, _ in world]
    labels = [f"{label}_1/{split}" for _, label, split in world]
    over = SETTINGS | {"minimum_cluster_size": minimum, "small_clusters": mode}
    table = settle_small_clusters(*frames(values, labels), settings=over)
    again = settle_small_clusters(
        *(shuffled(frame, 3) for frame in frames(values, labels)), settings=over
    )
    pd.testing.assert_frame_equal(table, again)
    for split in "ab":
        own = [number for number, store in enumerate(world) if store[2] == split]
        if own:
            bare = [labels[number].split("/")[0] for number in own]
            alone = ends([values[number] for number in own], bare, minimum, small_clusters=mode)
            assert table["settled_label"].iloc[own].tolist() == [f"{a}/{split}" for a in alone]
