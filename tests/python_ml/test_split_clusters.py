"""What is split before small clusters are dissolved: each value keeps to itself."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_ml.merging import settle_small_clusters
from python_ml.merging.cells import split_value
from tests.python_ml.planted import long_frame, shuffled, store_names

SETTINGS = {
    "minimum_cluster_size": 2,
    "small_clusters": "fold",
    "maximum_distance": None,
    "maximum_clusters": None,
    "maximum_cluster_size": None,
}


def frames(values, labels):
    """Return space and labels of stores on a line."""
    space = long_frame([[value] for value in values], column="dimension")
    merged = pd.DataFrame(
        {"category": "beer", "store_id": store_names(len(labels)), "merged_label": labels}
    )
    return space, merged


def settled(values, labels, **over):
    """Return the settled table."""
    return settle_small_clusters(*frames(values, labels), settings=SETTINGS | over)


@pytest.mark.parametrize("mode", ["fold", "nearest_large", "per_store", "size"])
def test_a_small_cluster_joins_one_of_its_value_however_far(mode):
    """The store of 2_1/north stands among those of the south."""
    labels = ["1_1/north"] * 2 + ["2_1/north"] + ["2_1/south"] * 3
    table = settled([0, 1, 9, 9, 9, 9], labels, small_clusters=mode)
    assert table["settled_label"].tolist() == ["1_1/north"] * 3 + ["2_1/south"] * 3
    unsplit = settled([0, 1, 9, 9, 9, 9], ["1_1"] * 2 + ["2_2"] + ["2_1"] * 3, small_clusters=mode)
    assert unsplit["settled_label"][2] == "2_1"


def test_the_only_cluster_of_a_value_stays_and_says_why():
    table = settled([0, 1, 2, 3], ["1_1/a/b"] * 3 + ["1_1/c"])
    assert table["settled_label"].tolist() == ["1_1/a/b"] * 3 + ["1_1/c"]
    assert table["note"].fillna("").tolist() == [""] * 3 + [
        "kept: there is no other cluster of 'c'"
    ]
    assert table["reason"].isna().all()


def test_shares_are_of_the_whole_category():
    """A quarter of 8 stores is 2, also for the value that has 3 of them."""
    labels = ["1_1/a"] * 5 + ["1_1/b"] * 2 + ["2_1/b"]
    table = settled(range(8), labels, minimum_cluster_size=0.25)
    assert table["settled_label"].tolist()[5:] == ["1_1/b"] * 3
    table = settled(range(8), labels, minimum_cluster_size=1, maximum_cluster_size=0.5)
    assert table["settled_label"].tolist() == labels


def test_steps_are_counted_through_the_category():
    labels = ["1_1/a"] * 2 + ["1_2/a"] + ["1_1/b"] * 2 + ["1_2/b"]
    table = settled(range(6), labels)
    assert table["merge_step"].dropna().tolist() == [1, 2]
    assert table["merged_into"].dropna().tolist() == ["1_1/a", "1_1/b"]


def test_the_most_clusters_are_those_of_each_value():
    labels = [f"{number}_1/{value}" for value in "ab" for number in (1, 1, 2, 2, 3, 3)]
    table = settled(range(12), labels, maximum_clusters=2)
    values = table["settled_label"].map(split_value)
    assert table.groupby(values)["settled_label"].nunique().tolist() == [2, 2]


worlds = st.lists(
    st.tuples(st.integers(0, 9), st.integers(1, 4), st.sampled_from("ab")), min_size=1, max_size=24
)


@given(worlds, st.integers(1, 5), st.sampled_from(["fold", "nearest_large", "per_store"]))
@settings(max_examples=60, deadline=None)
def test_each_value_is_settled_as_if_it_were_alone(world, minimum, mode):
    """Whatever the other value holds, and in any order of the rows."""
    world = sorted(world, key=lambda store: store[2])
    values = [value for value, _, _ in world]
    labels = [f"{label}_1/{split}" for _, label, split in world]
    over = {"minimum_cluster_size": minimum, "small_clusters": mode}
    table = settled(values, labels, **over)
    again = settle_small_clusters(
        *(shuffled(frame, 3) for frame in frames(values, labels)), settings=SETTINGS | over
    )
    pd.testing.assert_frame_equal(table, again)
    for split in "ab":
        own = [number for number, store in enumerate(world) if store[2] == split]
        if own:
            alone = settled(
                [values[i] for i in own], [labels[i].split("/")[0] for i in own], **over
            )
            assert table["settled_label"].iloc[own].tolist() == [
                f"{label}/{split}" for label in alone["settled_label"]
            ]
