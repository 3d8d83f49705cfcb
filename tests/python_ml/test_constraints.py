"""Constraints: groups end together or apart, at the least distance, and nobody else moves."""

import re
from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from python_ml.constraints import SCHEMA, constrain
from tests.python_ml.planted import long_frame, shuffled, store_names

FOUR_CLUSTERS = {"1_1": (0, 0), "1_2": (8, 0), "2_1": (0, 8), "10_1": (8, 8)}


def frames(values, labels, after=None, category="beer"):
    """Return space, settled labels and splits of stores with these values and labels."""
    values = np.asarray(values, dtype=float).reshape(len(labels), -1)
    stores = store_names(len(labels))
    settled = pd.DataFrame({"category": category, "store_id": stores, "settled_label": labels})
    splits = pd.DataFrame({"store_id": stores, "after_value": after})
    return long_frame(values, column="dimension", category=category), settled, splits


def apply(space, settled, splits, settings):
    """Constrain with a space that is only read when it is asked for."""
    return constrain(SimpleNamespace(df=lambda: space), settled, splits, settings=settings)


def constrained(values, labels, after=None, **groups):
    """Return the constrained table by store; groups are named kind_name, members by number."""
    over = {
        name.replace("_", ".", 1): [f"s{number:04d}" for number in members]
        for name, members in groups.items()
    }
    over["split_after"] = "region" if after else None
    return apply(*frames(values, labels, after), settings=over).set_index("store_id")


def labels_of(table):
    return table["constrained_label"].tolist()


def square(copies=3):
    """Return values and labels of clusters at the corners of a square, stores around each."""
    offsets = np.linspace(-1, 1, copies)
    values = [(x + step, y) for x, y in FOUR_CLUSTERS.values() for step in offsets]
    return values, [label for label in FOUR_CLUSTERS for _ in offsets]


def test_without_constraints_nothing_changes():
    table = constrained(*square())
    assert list(table.reset_index().columns) == [
        "store_id",
        *[n for n in SCHEMA if n != "store_id"],
    ]
    assert labels_of(table) == table["settled_label"].tolist() == square()[1]
    assert table[["constraint_kind", "reason"]].isna().all(axis=None)


def test_where_nobody_is_together_or_apart_the_space_is_not_read():
    _, settled, splits = frames(*square(), after=["north"] * 12)
    table = constrain(None, settled.iloc[::-1], splits, settings={"split_after": "region"})
    assert table["store_id"].tolist() == list(store_names(12))
    assert labels_of(table) == [f"{label}/north" for label in square()[1]]
    with pytest.raises(ValueError, match="'s0000': has no value of 'region'"):
        constrain(None, settled, splits.iloc[1:], settings={"split_after": "region"})


def test_a_group_goes_where_the_sum_of_its_squared_distances_is_least():
    """Two stores of 1_1 outvote one of 1_2; the others stay."""
    table = constrained(*square(), together_north=[0, 1, 3])
    assert labels_of(table) == ["1_1"] * 4 + ["1_2"] * 2 + ["2_1"] * 3 + ["10_1"] * 3
    assert table.loc["s0003", ["constraint_kind", "reason"]].tolist() == [
        "together", "kept together: merging.together.north",
    ]  # fmt: skip
    assert table["reason"].notna().sum() == 1


def test_a_group_may_meet_in_a_cluster_that_none_of_it_was_in():
    """Each is nearer to the middle than to the cluster of the other."""
    values, labels = [-8, -7, 0, 0.5, 7, 8], ["1_1", "1_1", "1_2", "1_2", "2_1", "2_1"]
    table = constrained(values, labels, together_pair=[1, 4])
    assert labels_of(table) == ["1_1", "1_2", "1_2", "1_2", "1_2", "2_1"]
    assert table["constraint_kind"].notna().sum() == 2


def test_a_group_that_is_together_stays_although_another_cluster_is_nearer():
    values, labels = [0, 0, 0, 9, 9, 10, 10], ["1_1"] * 5 + ["2_1"] * 2
    table = constrained(values, labels, together_pair=[3, 4])
    assert labels_of(table) == labels
    assert table["constraint_kind"].isna().all()


def test_of_equally_near_clusters_the_larger_then_the_first_takes_a_group():
    values = [0, 0, 10, 10, 10, 5, 5]
    labels = ["10_1", "10_1", "2_1", "2_1", "2_1", "3_1", "4_1"]
    assert labels_of(constrained([*values[:2], *values[2:5], 0, 10], labels, together_a=[5, 6]))[
        5:
    ] == ["2_1", "2_1"]
    labels = ["10_1", "10_1", "2_1", "2_1", "3_1", "4_1"]
    found = labels_of(constrained([0, 0, 10, 10, 0, 10], labels, together_a=[4, 5]))
    assert found[4:] == ["2_1", "2_1"]


def test_of_those_apart_the_one_that_loses_least_moves():
    """s1 is nearer to 1_2 than s0 is; 2_1 and 10_1 are farther for both."""
    table = constrained(*square(2), apart_rivals=[0, 1])
    assert labels_of(table)[:2] == ["1_1", "1_2"]
    assert table.loc["s0001", "reason"] == "kept apart: merging.apart.rivals"


def test_no_more_stores_move_than_needed():
    """s4 stands nearest to 1_1, yet it is alone in its cluster and stays; s1 goes to 10_1."""
    values, labels = [0, 1, 20, 20, 2, 22], ["1_1", "1_1", "10_1", "10_1", "2_1", "2_1"]
    table = constrained(values, labels, apart_rivals=[0, 1, 4])
    assert labels_of(table) == ["1_1", "10_1", "10_1", "10_1", "2_1", "2_1"]


def test_a_group_that_is_together_is_kept_apart_as_one():
    """s1 and s2 stay together, so that s0, alone, is the one that moves."""
    table = constrained(*square(), together_pair=[1, 2], apart_rivals=[0, 1])
    assert labels_of(table)[:3] == ["2_1", "1_1", "1_1"]


def test_more_stores_apart_than_clusters_is_an_error():
    words = "merging.apart.all keeps 5 stores apart, and the number of clusters is 4"
    with pytest.raises(ValueError, match=re.escape(f"category 'beer': {words}")):
        constrained(*square(), apart_all=[0, 1, 2, 3, 6])


def test_stores_without_a_cluster_take_no_part():
    """Store 99 is in no cluster of the category: the other two are still brought together."""
    table = constrained(*square(), together_a=[0, 3, 99], apart_b=[1, 98])
    assert table.loc["s0000", "constrained_label"] == table.loc["s0003", "constrained_label"]
    assert len(table) == 12


def test_clusters_are_divided_by_value_which_is_no_move():
    table = constrained(*square(2), after=["north", "south"] * 4)
    assert labels_of(table)[:4] == ["1_1/north", "1_1/south", "1_2/north", "1_2/south"]
    assert (table["constraint_kind"] == "split_after").all()
    assert table["reason"].isna().all()


def test_a_group_stays_within_the_value_it_is_split_by():
    """The nearest cluster of s2 is the other half of its own one, and it is of the north."""
    regions = ["north", "south", "south", "north"] * 3
    table = constrained(*square(), after=regions, apart_rivals=[1, 2])
    found = labels_of(table)
    assert {label.split("/")[1] for label in found[1:3]} == {"south"}
    assert sorted(found[1:3]) == ["1_1/south", "1_2/south"]
    before = [f"{label}/{region}" for label, region in zip(square()[1], regions, strict=True)]
    assert labels_of(constrained(square()[0], before, apart_rivals=[1, 2])) == found


def test_what_a_split_forbids_is_an_error():
    regions = ["north", "south", "north"] * 4
    words = "merging.together.a joins stores of 'north' and 'south'"
    with pytest.raises(ValueError, match=re.escape(words)):
        constrained(*square(), after=regions, together_a=[0, 1])
    words = "keeps 5 stores of 'north' apart, and the number of clusters of 'north' is 4"
    with pytest.raises(ValueError, match=re.escape(words)):
        constrained(*square(), after=regions, apart_a=[0, 2, 3, 5, 6])


@pytest.mark.parametrize(
    ("frame", "change", "words"),
    [
        (1, lambda table: table.iloc[1:], "'s0000': has no settled label"),
        (2, lambda table: table.iloc[1:], "'s0000': has no value of 'region'"),
        (1, lambda table: pd.concat([table, table]), "more than one row"),
        (2, lambda table: pd.concat([table, table]), "more than one row"),
    ],
)
def test_a_store_without_a_label_or_a_value_is_an_error(frame, change, words):
    given_frames = list(frames(*square(), after=["north"] * 12))
    given_frames[frame] = change(given_frames[frame])
    with pytest.raises(ValueError, match=words):
        apply(*given_frames, settings={"split_after": "region", "apart.a": ["s0000", "s0001"]})


def test_each_category_for_itself():
    """What is apart in one category may be apart already in another."""
    space, settled, splits = frames(*square())
    other = frames(*square(), category="wine")
    other[1]["settled_label"] = [*settled["settled_label"].tolist()[1:], "1_1"]
    table = apply(
        pd.concat([space, other[0]]), pd.concat([settled, other[1]]), splits,
        settings={"split_after": None, "apart.a": ["s0001", "s0002"]},
    )  # fmt: skip
    moved = table[table["reason"].notna()]
    assert moved["category"].tolist() == ["beer"]
    assert table["category"].value_counts().to_dict() == {"beer": 12, "wine": 12}


def test_no_stores_no_rows():
    space, settled, splits = (frame.iloc[:0] for frame in frames(*square()))
    assert apply(space, settled, splits, settings={"split_after": None}).empty


def least_moves(values, labels, members, sizes):
    """Return (stores moved, distance) of the best way to part units, found by trying all."""
    names = sorted(set(labels))
    values = np.asarray(values, dtype=float)
    centres = {
        name: values[[at == name for at in labels]].mean(axis=0) for name in names
    }  # fmt: skip
    best = None
    for targets in product(names, repeat=len(members)):
        if len(set(targets)) == len(members):
            moved = sum(
                size * (labels[unit[0]] != target)
                for unit, size, target in zip(members, sizes, targets, strict=True)
            )
            distance = sum(
                ((values[store] - centres[target]) ** 2).sum()
                for unit, target in zip(members, targets, strict=True)
                for store in unit
            )
            if best is None or (moved, distance) < best:
                best = moved, distance
    return best


worlds = st.lists(
    st.tuples(st.tuples(st.integers(0, 9), st.integers(0, 9)), st.integers(1, 5)),
    min_size=6,
    max_size=24,
)


@given(worlds, st.permutations(range(6)), st.integers(2, 4), st.integers(0, 2))
@settings(max_examples=60)
def test_constraints_hold_nobody_else_moves_and_no_way_is_shorter(world, order, apart, overlap):
    """Random worlds with a group that is together and one that is apart, which may touch."""
    values, labels = [value for value, _ in world], [f"{label}_1" for _, label in world]
    pair, rivals = sorted(order[:2]), sorted([*order[2 : 2 + apart], *order[:1][: min(overlap, 1)]])
    assume(len(rivals) <= len(set(labels)))
    table = constrained(values, labels, together_pair=pair, apart_rivals=rivals)
    found = labels_of(table)
    assert len(table) == len(world)
    assert found[pair[0]] == found[pair[1]]
    assert len({found[store] for store in rivals}) == len(rivals)
    assert set(found) <= set(labels)
    moved = {store for store in range(len(world)) if found[store] != labels[store]}
    assert moved <= {*pair, *rivals}
    assert {int(store[1:]) for store in table.index[table["reason"].notna()]} == moved
    if not set(pair) & set(rivals):
        units = [(store,) for store in rivals]
        best = least_moves(values, labels, units, [1] * len(units))
        centres = pd.DataFrame(values).groupby(labels).mean()
        ours = sum(
            ((centres.loc[found[store]].to_numpy() - values[store]) ** 2).sum() for store in rivals
        )
        assert len(moved & set(rivals)) == best[0]
        assert ours == pytest.approx(best[1])


@given(worlds, st.permutations(range(6)), st.integers(0, 1000))
@settings(max_examples=25)
def test_the_same_for_any_order_of_rows_stores_and_names(world, order, seed):
    """Neither the rows of the frames nor the lists of the settings have an order that counts."""
    values, labels = [value for value, _ in world], [f"{label}_1" for _, label in world]
    assume(len(set(labels)) >= 3)
    given_frames = frames(values, labels, after=["north"] * len(world))
    groups = {"together.a": order[:2], "apart.b": order[2:5], "split_after": "region"}
    over = {n: [f"s{i:04d}" for i in v] if "." in n else v for n, v in groups.items()}
    turned = {n: v[::-1] if "." in n else v for n, v in reversed(over.items())}
    first = apply(*given_frames, settings=over)
    again = apply(*(shuffled(frame, seed) for frame in given_frames), settings=turned)
    pd.testing.assert_frame_equal(first, again)
