"""Folding: fragments return to their cluster, whole, smallest first, and ties are settled."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from python_ml.frames import natural_key, resolve_minimum_size
from python_ml.merging import SCHEMA, fold_small_clusters
from tests.python_ml.planted import long_frame, planted, shuffled, store_names


def frames(values, names):
    """Return space and labels of stores with the given values and merged labels."""
    values = np.asarray(values, dtype=float).reshape(len(names), -1)
    labels = pd.DataFrame(
        {"category": "beer", "store_id": store_names(len(names)), "merged_label": names}
    )
    return long_frame(values, column="dimension"), labels


def fold(values, names, minimum):
    """Return the folded table by merged label."""
    space, labels = frames(values, names)
    table = fold_small_clusters(space, labels, settings={"minimum_cluster_size": minimum})
    return table.set_index("merged_label")


def folded(values, names, minimum):
    """Return merged label -> final label."""
    return fold(values, names, minimum)["final_label"].to_dict()


def fold_by_hand(values, names, minimum):
    """Return merged label -> final label, computed in exact fractions."""
    cells = {}
    for value, name in zip(values, names, strict=True):
        cells.setdefault(name, []).append([Fraction(number) for number in value])
    final = {name: name for name in cells}

    def centre(cell):
        return [sum(column) / len(cell) for column in zip(*cell, strict=True)]

    while len(cells) > 1:
        small = min(cells, key=lambda name: (len(cells[name]), natural_key(name)))
        if len(cells[small]) >= minimum:
            break
        stores = cells.pop(small)
        near = min(
            cells,
            key=lambda name: (
                sum((a - b) ** 2 for a, b in zip(centre(stores), centre(cells[name]), strict=True)),
                -len(cells[name]),
                natural_key(name),
            ),
        )
        cells[near] += stores
        final = {name: near if end == small else end for name, end in final.items()}
    return final


grid_worlds = st.lists(
    st.tuples(
        st.tuples(st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.integers(1, 12), st.integers(1, 2)),
    ),
    min_size=1,
    max_size=40,
)


def unpack(world):
    """Return values and label names of a drawn world."""
    return [point for point, _ in world], [f"{i}_{j}" for _, (i, j) in world]


@pytest.mark.parametrize("k", range(2, 8))
def test_fragments_return_to_their_planted_cluster(k):
    """Clusters chipped into small pieces are whole again after folding."""
    components, truth = planted([60] * k, seed=k)
    space = components.rename(columns={"component": "dimension"})
    space["dimension"] = space["dimension"].astype(str)
    chips = np.random.default_rng(k).random(len(truth)) < 0.15
    stores = space["store_id"].unique()
    names = [f"{group + 1}_{2 if chip else 1}" for group, chip in zip(truth, chips, strict=True)]
    labels = pd.DataFrame({"category": "beer", "store_id": stores, "merged_label": names})
    table = fold_small_clusters(space, labels, settings={"minimum_cluster_size": 30})
    final = labels.merge(table, on="merged_label")["final_label"]
    assert adjusted_rand_score(truth, final) == 1
    assert final.nunique() == k < labels["merged_label"].nunique()


def test_a_fold_is_told_step_by_step():
    """Three folds in a row: step, receiver, distance, surviving label, sizes and numbers."""
    values = [0, 0, 0, 0, 10, 10, 14, 30, 30, 30, 30, 30]
    names = ["1_1"] * 4 + ["1_2"] * 2 + ["2_1"] + ["2_2"] * 5
    table = fold(values, names, 4)
    assert table.index.tolist() == ["1_1", "1_2", "2_1", "2_2"]
    # 2_1 joins 1_2, whose centroid moves to 34 / 3 and is still nearest to 1_1.
    assert table["final_label"].tolist() == ["1_1", "1_1", "1_1", "2_2"]
    assert table["final_cluster_id"].tolist() == [1, 1, 1, 2]
    assert table["store_count"].tolist() == [4, 2, 1, 5]
    assert table["fold_step"].tolist() == [pd.NA, 2, 1, pd.NA]
    assert table["folded_into"].fillna("-").tolist() == ["-", "1_1", "1_2", "-"]
    np.testing.assert_allclose(table["fold_distance"], [np.nan, 34 / 3, 4, np.nan])


def test_the_smallest_goes_first():
    """Two small neighbours join each other; in one pass both would go to the large one."""
    values = [0] * 5 + [8] * 3 + [11] * 2
    names = ["1_1"] * 5 + ["1_2"] * 3 + ["2_1"] * 2
    assert folded(values, names, 5) == {"1_1": "1_1", "1_2": "1_2", "2_1": "1_2"}


def test_the_centroid_is_computed_anew():
    """After receiving, a cluster lies elsewhere, and the next fold sees it there."""
    names = ["1_1"] * 3 + ["1_2"] * 2 + ["2_1"] * 3 + ["2_2"] * 9
    values = [10] * 3 + [15] * 2 + [18.5] * 3 + [30] * 9
    # 1_2 (15) joins 2_1 (18.5), which moves to 17.1: now 1_1 (10) is nearer to it (7.1) than
    # 2_1 was (8.5), and so is 2_1 to 1_1 than to 2_2 (12.9, before 11.5).
    assert folded(values, names, 4) == {"1_1": "2_1", "1_2": "2_1", "2_1": "2_1", "2_2": "2_2"}
    table = fold(values, names, 4)
    np.testing.assert_allclose(table.loc[["1_2", "1_1"], "fold_distance"], [3.5, 7.1])


def test_of_equally_small_the_first_in_natural_order_goes():
    """2_1 is folded before 10_1, although as text it comes after."""
    names = ["10_1", "2_1", *["3_1"] * 4]
    table = fold([5, 6, *[5.5] * 4], names, 2)
    assert table.loc[["2_1", "10_1"], "fold_step"].tolist() == [1, 2]
    assert table.index.tolist() == ["2_1", "3_1", "10_1"]


def test_of_equally_near_the_larger_receives():
    """One store exactly between a cluster of 2 and one of 3."""
    names = ["1_1"] * 2 + ["1_2"] + ["2_1"] * 3
    assert folded([0, 0, 5, 10, 10, 10], names, 2)["1_2"] == "2_1"


def test_of_equally_near_and_large_the_first_in_natural_order_receives():
    """One store exactly between 2_1 and 10_1, both of two stores."""
    names = ["10_1", "10_1", "5_1", "2_1", "2_1"]
    assert folded([0, 0, 5, 10, 10], names, 2)["5_1"] == "2_1"


def test_distances_that_differ_by_rounding_tie():
    """0.1 + 0.2 is as far from 0 as 0.3 is, so the larger cluster receives."""
    names = ["1_1"] * 2 + ["1_2"] + ["2_1"] * 3
    values = [-0.3, -0.3, 0, 0.1 + 0.2, 0.1 + 0.2, 0.1 + 0.2]
    assert folded(values, names, 2)["1_2"] == "2_1"


def test_final_numbers_go_by_size_then_natural_order():
    """The largest final cluster is 1; of equals 2_1 comes before 10_1."""
    names = ["10_1"] * 2 + ["2_1"] * 2 + ["3_1"] * 3
    numbers = fold([0, 0, 5, 5, 9, 9, 9], names, 2)["final_cluster_id"].to_dict()
    assert numbers == {"2_1": 2, "3_1": 1, "10_1": 3}


@pytest.mark.parametrize(
    ("minimum", "clusters"), [(1, 4), (2, 3), (4, 2), (8, 1), (99, 1), (0.1, 3), (0.4, 2)]
)
def test_setting_minimum_cluster_size(minimum, clusters):
    """The higher the minimum, in stores or as a share of 12, the fewer clusters are left."""
    names = ["1_1"] * 4 + ["1_2"] * 2 + ["2_1"] + ["2_2"] * 5
    table = fold([0, 0, 0, 0, 10, 10, 14, 30, 30, 30, 30, 30], names, minimum)
    assert table["final_label"].nunique() == clusters
    if minimum == 1:
        assert table["fold_step"].isna().all()


def test_a_single_store_stays():
    """One store below the minimum is one cluster: there is nowhere to go."""
    table = fold([[1.0, 2.0]], ["1_1"], 20)
    assert table[["final_label", "final_cluster_id"]].values.tolist() == [["1_1", 1]]
    assert table["fold_distance"].isna().all()


@given(grid_worlds, st.integers(1, 15))
@settings(max_examples=80, deadline=None)
def test_the_same_as_by_hand(world, minimum):
    """On grids full of ties the result is that of exact fractions."""
    values, names = unpack(world)
    assert folded(values, names, minimum) == fold_by_hand(values, names, minimum)


@given(grid_worlds, st.one_of(st.integers(1, 15), st.floats(0.01, 0.9)))
@settings(max_examples=30, deadline=None)
def test_what_holds_for_every_fold(world, minimum):
    """No store is lost, labels survive from the start, sizes hold, and each fold is told."""
    values, names = unpack(world)
    table = fold(values, names, minimum)
    assert set(table.index) == set(names)
    assert table["store_count"].to_dict() == pd.Series(names).value_counts().to_dict()
    sizes = table.groupby("final_label")["store_count"].sum()
    assert sizes.sum() == len(names)
    assert set(sizes.index) <= set(names)
    assert (sizes >= resolve_minimum_size(minimum, len(names))).all() or len(sizes) == 1
    moved = table["fold_step"].notna()
    assert sorted(table.loc[moved, "fold_step"]) == list(range(1, moved.sum() + 1))
    assert (moved == (table["final_label"] != table.index)).all()
    assert (moved == table["folded_into"].notna()).all()
    assert (moved == table["fold_distance"].notna()).all()
    numbers = table.groupby("final_label")["final_cluster_id"].agg(["min", "max"])
    assert (numbers["min"] == numbers["max"]).all()
    by_number = sizes.loc[numbers["min"].sort_values().index]
    assert by_number.is_monotonic_decreasing
    assert sorted(numbers["min"]) == list(range(1, len(sizes) + 1))


@given(grid_worlds, st.integers(1, 15), st.integers(0, 100))
@settings(max_examples=30, deadline=None)
def test_order_does_not_matter_and_inputs_are_left_alone(world, minimum, seed):
    """Any order of either frame gives the same table."""
    space, labels = frames(*unpack(world))
    mixed_space, mixed_labels = shuffled(space, seed), shuffled(labels, seed + 1)
    before = mixed_space.copy(deep=True), mixed_labels.copy(deep=True)
    chosen = {"minimum_cluster_size": minimum}
    result = fold_small_clusters(mixed_space, mixed_labels, settings=chosen)
    pd.testing.assert_frame_equal(
        result, fold_small_clusters(space, labels, settings=chosen), check_exact=True
    )
    pd.testing.assert_frame_equal(mixed_space, before[0])
    pd.testing.assert_frame_equal(mixed_labels, before[1])


@given(grid_worlds, st.integers(1, 15), st.sampled_from([-64.0, 0.5, 1024.0]))
@settings(max_examples=30, deadline=None)
def test_idempotent_and_indifferent_to_origin_and_unit(world, minimum, number):
    """Folding the folded changes nothing; neither does a shift or a common scale."""
    values, names = unpack(world)
    final = folded(values, names, minimum)
    again = fold(values, [final[name] for name in names], minimum)
    assert again["fold_step"].isna().all()
    assert folded(np.array(values) + number, names, minimum) == final
    assert folded(np.array(values) * abs(number), names, minimum) == final


def test_categories_do_not_touch_each_other():
    """Each category folds as if it were alone; a share is of its own stores."""
    beer_space, beer_labels = frames([0, 0, 0, 9], ["1_1", "1_1", "1_1", "1_2"])
    wine_space, wine_labels = frames([0, 9], ["1_1", "1_2"])
    table = fold_small_clusters(
        pd.concat([wine_space.assign(category="wine"), beer_space]),
        pd.concat([beer_labels, wine_labels.assign(category="wine")]),
        settings={"minimum_cluster_size": 0.4},
    )
    assert table[["category", "merged_label", "final_label"]].values.tolist() == [
        ["beer", "1_1", "1_1"],
        ["beer", "1_2", "1_1"],
        ["wine", "1_1", "1_1"],
        ["wine", "1_2", "1_2"],
    ]


def test_an_empty_frame_stays_a_frame():
    """No stores, no rows, but the same columns and dtypes as ever."""
    space = pd.DataFrame({name: [] for name in ("category", "store_id", "dimension", "value")})
    labels = pd.DataFrame({name: [] for name in ("category", "store_id", "merged_label")})
    result = fold_small_clusters(space, labels, settings={"minimum_cluster_size": 5})
    assert result.empty
    assert result.dtypes.astype(str).to_dict() == SCHEMA
    full = fold([0, 1], ["1_1", "1_2"], 1).reset_index()[list(SCHEMA)]
    assert full.dtypes.astype(str).to_dict() == SCHEMA


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (
            lambda space, labels: (space, labels.iloc[1:]),
            "category 'beer', store_id 's0000': not in the labels; both frames need the same",
        ),
        (
            lambda space, labels: (space.iloc[1:], labels),
            "category 'beer', store_id 's0000': not in the space; both frames need the same",
        ),
        (
            lambda space, labels: (space, pd.concat([labels, labels.iloc[:1]])),
            "category 'beer', store_id 's0000': more than one row",
        ),
        (
            lambda space, labels: (space, labels.assign(merged_label=[None, "1_1"])),
            "category 'beer', store_id 's0000': the merged label is null",
        ),
        (
            lambda space, labels: (space.assign(value=np.nan), labels),
            "store_id 's0000', dimension 'f01': the value is not a finite number",
        ),
    ],
)
def test_broken_frames_are_refused(break_it, message):
    """A store in one frame only, with two labels or none, is named."""
    space, labels = break_it(*frames([0, 1], ["1_1", "1_2"]))
    with pytest.raises(ValueError, match=message):
        fold_small_clusters(space, labels, settings={"minimum_cluster_size": 1})


def test_the_setting_is_required():
    """A missing setting fails under its name."""
    space, labels = frames([0, 1], ["1_1", "1_2"])
    with pytest.raises(KeyError, match="minimum_cluster_size"):
        fold_small_clusters(space, labels, settings={})
