"""Folding: fragments return to their cluster, whole, smallest first, and ties are settled."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from python_ml.frames import natural_key
from python_ml.merging import SCHEMA, settle_small_clusters
from tests.python_ml.planted import planted
from tests.python_ml.settling import (
    SETTINGS,
    by_label,
    frames,
    grid_worlds,
    log_of,
    settle,
    unpack,
)


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
    table = settle_small_clusters(space, labels, settings=SETTINGS | {"minimum_cluster_size": 30})
    final = table["settled_label"]
    assert adjusted_rand_score(truth, final) == 1
    assert final.nunique() == k < labels["merged_label"].nunique()


def test_a_fold_is_told_step_by_step():
    """Three folds in a row: step, receiver, distance, surviving label, sizes and numbers."""
    values = [0, 0, 0, 0, 10, 10, 14, 30, 30, 30, 30, 30]
    names = ["1_1"] * 4 + ["1_2"] * 2 + ["2_1"] + ["2_2"] * 5
    table = settle(values, names, 4)
    # 2_1 joins 1_2, whose centroid moves to 34 / 3 and is still nearest to 1_1.
    assert log_of(table) == [(1, "2_1", "1_2", 1, 2, 1), (2, "1_2", "1_1", 3, 4, 3)]
    assert table["settled_label"].tolist() == ["1_1"] * 7 + ["2_2"] * 5
    steps = table.groupby("merged_label")["merge_distance"].first()
    np.testing.assert_allclose(steps, [np.nan, 34 / 3, 4, np.nan])
    assert set(table.loc[table["merge_step"].notna(), "merge_mode"]) == {"fold"}
    # the number of stores is that of the label they had, not of what it grew to
    reasons = table.groupby("merged_label")["reason"].first().dropna().to_dict()
    assert reasons == {
        "1_2": "its cluster was too small (2 stores)",
        "2_1": "its cluster was too small (1 store)",
    }
    assert table["note"].isna().all()


def test_the_smallest_goes_first():
    """Two small neighbours join each other; in one pass both would go to the large one."""
    values = [0] * 5 + [8] * 3 + [11] * 2
    names = ["1_1"] * 5 + ["1_2"] * 3 + ["2_1"] * 2
    assert by_label(values, names, 5) == {"1_1": "1_1", "1_2": "1_2", "2_1": "1_2"}


def test_the_centroid_is_computed_anew():
    """After receiving, a cluster lies elsewhere, and the next fold sees it there."""
    names = ["1_1"] * 3 + ["1_2"] * 2 + ["2_1"] * 3 + ["2_2"] * 9
    values = [10] * 3 + [15] * 2 + [18.5] * 3 + [30] * 9
    # 1_2 (15) joins 2_1 (18.5), which moves to 17.1: now 1_1 (10) is nearer to it (7.1) than
    # 2_1 was (8.5), and so is 2_1 to 1_1 than to 2_2 (12.9, before 11.5).
    assert by_label(values, names, 4) == {"1_1": "2_1", "1_2": "2_1", "2_1": "2_1", "2_2": "2_2"}
    steps = settle(values, names, 4).groupby("merged_label")["merge_distance"].first()
    np.testing.assert_allclose(steps[["1_2", "1_1"]], [3.5, 7.1])


def test_of_equally_small_the_first_in_natural_order_goes():
    """2_1 is folded before 10_1, although as text it comes after."""
    names = ["10_1", "2_1", *["3_1"] * 4]
    table = settle([5, 6, *[5.5] * 4], names, 2)
    assert [(step, label) for step, label, *_ in log_of(table)] == [(1, "2_1"), (2, "10_1")]


def test_of_equally_near_the_larger_receives():
    """One store exactly between a cluster of 2 and one of 3."""
    names = ["1_1"] * 2 + ["1_2"] + ["2_1"] * 3
    assert by_label([0, 0, 5, 10, 10, 10], names, 2)["1_2"] == "2_1"


def test_of_equally_near_and_large_the_first_in_natural_order_receives():
    """One store exactly between 2_1 and 10_1, both of two stores."""
    names = ["10_1", "10_1", "5_1", "2_1", "2_1"]
    assert by_label([0, 0, 5, 10, 10], names, 2)["5_1"] == "2_1"


def test_distances_that_differ_by_rounding_tie():
    """0.1 + 0.2 is as far from 0 as 0.3 is, so the larger cluster receives."""
    names = ["1_1"] * 2 + ["1_2"] + ["2_1"] * 3
    values = [-0.3, -0.3, 0, 0.1 + 0.2, 0.1 + 0.2, 0.1 + 0.2]
    assert by_label(values, names, 2)["1_2"] == "2_1"


@pytest.mark.parametrize(
    ("minimum", "clusters"), [(1, 4), (2, 3), (4, 2), (8, 1), (99, 1), (0.1, 3), (0.4, 2)]
)
def test_setting_minimum_cluster_size(minimum, clusters):
    """The higher the minimum, in stores or as a share of 12, the fewer clusters are left."""
    names = ["1_1"] * 4 + ["1_2"] * 2 + ["2_1"] + ["2_2"] * 5
    table = settle([0, 0, 0, 0, 10, 10, 14, 30, 30, 30, 30, 30], names, minimum)
    assert table["settled_label"].nunique() == clusters
    if minimum == 1:
        assert table["merge_step"].isna().all()


def test_a_single_store_stays():
    """One store below the minimum is one cluster: there is nowhere to go."""
    table = settle([[1.0, 2.0]], ["1_1"], 20)
    assert table["settled_label"].tolist() == ["1_1"]
    assert table["note"].tolist() == ["kept: the category has no other cluster"]
    assert table["merge_distance"].isna().all()


@given(grid_worlds, st.integers(1, 15))
@settings(max_examples=80)
def test_the_same_as_by_hand(world, minimum):
    """On grids full of ties the result is that of exact fractions."""
    values, names = unpack(world)
    assert by_label(values, names, minimum) == fold_by_hand(values, names, minimum)


def test_categories_do_not_touch_each_other():
    """Each category folds as if it were alone; a share is of its own stores."""
    beer_space, beer_labels = frames([0, 0, 0, 9], ["1_1", "1_1", "1_1", "1_2"])
    wine_space, wine_labels = frames([0, 9], ["1_1", "1_2"])
    table = settle_small_clusters(
        pd.concat([wine_space.assign(category="wine"), beer_space]),
        pd.concat([beer_labels, wine_labels.assign(category="wine")]),
        settings=SETTINGS | {"minimum_cluster_size": 0.4},
    )
    assert table[["category", "merged_label", "settled_label"]].values.tolist() == [
        ["beer", "1_1", "1_1"],
        ["beer", "1_1", "1_1"],
        ["beer", "1_1", "1_1"],
        ["beer", "1_2", "1_1"],
        ["wine", "1_1", "1_1"],
        ["wine", "1_2", "1_2"],
    ]


def test_an_empty_frame_stays_a_frame():
    """No stores, no rows, but the same columns and dtypes as ever."""
    space = pd.DataFrame({name: [] for name in ("category", "store_id", "dimension", "value")})
    labels = pd.DataFrame({name: [] for name in ("category", "store_id", "merged_label")})
    result = settle_small_clusters(space, labels, settings=SETTINGS)
    assert result.empty
    assert result.dtypes.astype(str).to_dict() == SCHEMA
    full = settle([0, 1], ["1_1", "1_2"], 1)
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
        settle_small_clusters(space, labels, settings=SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_required(name):
    """A missing setting fails under its name."""
    space, labels = frames([0, 1], ["1_1", "1_2"])
    some = {key: value for key, value in SETTINGS.items() if key != name}
    if name == "maximum_cluster_size":
        some["small_clusters"] = "size"
    with pytest.raises(KeyError, match=name):
        settle_small_clusters(space, labels, settings=some)
