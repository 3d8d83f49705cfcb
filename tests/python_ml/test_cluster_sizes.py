"""Clusters of bounded sizes: the bounds hold, nothing moves without need, no cheaper way exists."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from python_ml.merging import sizes
from tests.python_ml.settling import ends, settle, unpack


def cost_of(values, names, final):
    """Return the sum of squared distances of the moved stores to the centroids at the start."""
    middle = {}
    for name in set(names):
        own = [value for value, label in zip(values, names, strict=True) if label == name]
        middle[name] = [sum(column) / len(own) for column in zip(*own, strict=True)]
    return sum(
        sum((a - b) ** 2 for a, b in zip(value, middle[end], strict=True))
        for value, name, end in zip(values, names, final, strict=True)
        if name != end
    )


def cheapest_by_hand(values, names, kept, minimum, maximum):
    """Return the least cost of all assignments to the kept labels within the bounds."""
    return min(
        cost_of(values, names, final)
        for final in product(kept, repeat=len(names))
        if all(minimum <= final.count(name) <= maximum for name in kept)
    )


tiny_worlds = st.lists(
    st.tuples(
        st.tuples(st.integers(0, 4), st.integers(0, 4)),
        st.tuples(st.integers(1, 3), st.just(1)),
    ),
    min_size=1,
    max_size=6,
)


@given(tiny_worlds, st.integers(1, 4), st.integers(0, 3))
@settings(max_examples=40)
def test_no_assignment_within_the_bounds_is_cheaper(world, minimum, more):
    values, names = unpack(world)
    maximum, before = minimum + more, pd.Series(names).value_counts()
    count = min(len(before), max(len(names) // minimum, 1))
    assume(len(names) >= minimum and len(names) <= count * maximum)
    final = ends(values, names, minimum, small_clusters="size", maximum_cluster_size=maximum)
    after = pd.Series(final).value_counts()
    assert after.between(minimum, maximum).all()
    # as many of the largest as can all have the minimum
    assert len(after) == count
    assert before[list(after.index)].min() >= before.drop(list(after.index)).max() or len(
        after
    ) == len(before)
    best = cheapest_by_hand(values, names, list(after.index), minimum, maximum)
    assert cost_of(values, names, final) == pytest.approx(best, abs=1e-6)


def test_nothing_moves_where_the_sizes_are_right():
    """Not even a store that stands beside another centroid."""
    values, names = [0, 1, 9, 10, 11, 2], ["a"] * 3 + ["b"] * 3
    assert ends(values, names, 3, small_clusters="size", maximum_cluster_size=3) == names


def test_setting_maximum_cluster_size():
    """The store that is cheapest to move leaves; a share is of all stores, rounded down."""
    values, names = [0, 0, 0, 1, 4, 9, 10, 10], ["a"] * 5 + ["b"] * 3
    assert ends(values, names, 2, small_clusters="size") == names
    for most in (4, 0.5, 0.6):
        table = settle(values, names, 2, small_clusters="size", maximum_cluster_size=most)
        assert table["settled_label"].tolist() == ["a"] * 4 + ["b"] * 4
        assert table["reason"].dropna().tolist() == [
            "clusters were brought to a size within the minimum and the maximum"
        ]
    assert ends(values, names, 2, small_clusters="size", maximum_cluster_size=5) == names


def test_setting_maximum_clusters_keeps_the_bounds():
    values, names = [0, 0, 0, 5, 5, 9, 9, 9], ["a"] * 3 + ["b"] * 2 + ["c"] * 3
    table = settle(
        values, names, 2, small_clusters="size", maximum_cluster_size=4, maximum_clusters=2
    )
    assert table["settled_label"].value_counts().to_dict() == {"a": 4, "c": 4}
    assert set(table["reason"].dropna()) == {"there were more clusters than the maximum (2)"}


def test_stores_on_one_spot_go_in_the_order_of_their_keys():
    """Two of four equal stores have to go to either side: the first stay, the next go to b."""
    values, names = [0, 0, 0, 0, -5, 5], ["a"] * 4 + ["c", "b"]
    final = ends(values, names, 2, small_clusters="size", maximum_cluster_size=2)
    assert final == ["a", "a", "b", "c", "c", "b"]


@pytest.mark.parametrize(
    ("minimum", "maximum", "most", "message"),
    [
        (3, 3, None, "category 'beer': 8 stores cannot be parted into 2 of 3 clusters with at "
         "least 3 and at most 3 stores each: raise merging.maximum_cluster_size to 4 or more, "
         "lower merging.minimum_cluster_size or raise merging.maximum_clusters to keep more, or "),
        (0.5, 2, None, "8 stores cannot be parted into 2 of 3 clusters"),
        (1, 3, 2, "8 stores cannot be parted into 2 of 3 clusters"),
    ],
)  # fmt: skip
def test_sizes_that_cannot_be_had_are_named(minimum, maximum, most, message):
    names = ["a"] * 3 + ["b"] * 3 + ["c"] * 2
    with pytest.raises(ValueError, match=message):
        settle(
            range(8), names, minimum, small_clusters="size", maximum_cluster_size=maximum,
            maximum_clusters=most,
        )  # fmt: skip


def test_sizes_that_cannot_be_had_within_a_value_name_it():
    names = ["a/north"] * 3 + ["b/north"] * 2 + ["a/south"]
    message = (
        "category 'beer', stores of 'north': 5 stores cannot be parted into 2 of 2 clusters with "
        "at least 1 and at most 2 stores each: raise merging.maximum_cluster_size to 3 or more, "
        "or choose merging.small_clusters fold"
    )
    with pytest.raises(ValueError, match=f"^{message}$"):
        settle(range(6), names, 1, small_clusters="size", maximum_cluster_size=2)


def test_too_many_pairs_are_named(monkeypatch):
    monkeypatch.setattr(sizes, "MOST_PAIRS", 10)
    with pytest.raises(ValueError, match="at most 10 pairs of a store and a cluster, there are 8"):
        settle(range(8), ["a"] * 7 + ["b"], 2, small_clusters="size")


def test_two_thousand_stores_in_ten_clusters():
    """Sizes that the labels are far from, on stores that are spread evenly."""
    generator = np.random.default_rng(1)
    values = generator.normal(size=(2000, 5))
    names = [f"{1 + int(draw)}_1" for draw in generator.exponential(2.0, 2000).clip(0, 9)]
    table = settle(values, names, 150, small_clusters="size", maximum_cluster_size=250)
    assert table["settled_label"].value_counts().between(150, 250).all()
