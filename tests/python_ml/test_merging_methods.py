"""Both sides at once: planted pairs are found, weights count, and 0 switches a side off."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from python_ml.merging import cluster_both_sides, consensus
from python_ml.merging.methods import SCHEMA
from tests.python_ml.planted import shuffled, store_names

METHODS = ["joint", "consensus"]
SIDE = {
    "fixed": None,
    "minimum": 2,
    "maximum": 8,
    "rule": "median",
    "minimum_cluster_size": 0.05,
    "retry_minimum_cluster_size": None,
    "minimum_stability": 0.6,
    "maximum_border_density": 1,
    "resamples": 6,
    "method": "kmeans",
    "starts": 1,
    "seed": 5,
}
STORES = 120


def groups_of(count, seed):
    """Return one of so many groups for each store, equally often."""
    return np.random.default_rng(seed).permutation(np.arange(STORES) % count)


def side_of(groups, seed, *, dimensions, noise=1.0):
    """Return components around one far corner per group, noise alone if there is but one group."""
    corners = np.eye(groups.max() + 1, dimensions) * 12
    generator = np.random.default_rng(seed)
    return corners[groups] * (groups.max() > 0) + noise * generator.normal(
        size=(len(groups), dimensions)
    )


def world(internal, external, *, weights=(1, 1), seed=0):
    """Return space and sides: each side with a total variance equal to its weight."""
    parts = {}
    for name, groups, weight, width in (
        ("internal", internal, weights[0], 4),
        ("external", external, weights[1], 9),
    ):
        rows = side_of(groups, seed + width, dimensions=width)
        rows -= rows.mean(axis=0)
        rows *= np.sqrt(weight / rows.var(axis=0).sum())
        parts |= {f"{name} {number + 1}": rows[:, number] for number in range(width)}
    wide = pd.DataFrame(parts).assign(category="beer", store_id=store_names(STORES))
    space = wide.melt(["category", "store_id"], var_name="dimension")
    sides = wide[["category", "store_id"]].assign(
        internal_cluster_id=internal + 1, external_cluster_id=external + 1, is_left_out=False
    )
    return space, sides


def labels_of(space, sides, method, *, weights=(1, 1), minimum_stores=10, **changed):
    """Return the merged labels in the order of the stores."""
    table = cluster_both_sides(
        SimpleNamespace(df=lambda: space),
        sides,
        settings={
            "method": method, "internal_weight": weights[0], "external_weight": weights[1],
        },
        internal=SIDE | changed,
        external=SIDE | {"resamples": 4},
        minimum_stores=minimum_stores,
    )  # fmt: skip
    assert table["store_id"].tolist() == sorted(sides["store_id"])
    return table["merged_label"].to_numpy()


@pytest.mark.parametrize("method", METHODS)
def test_every_pair_of_planted_groups_is_a_cluster(method):
    internal, external = groups_of(2, 1), groups_of(3, 2)
    labels = labels_of(*world(internal, external), method)
    assert adjusted_rand_score(internal * 3 + external, labels) == 1
    # named after the method, the largest first
    sizes = pd.Series(labels).value_counts()
    assert sorted(sizes.index) == [f"{method[0]}{number}" for number in range(1, 7)]
    assert sizes.sort_index().is_monotonic_decreasing


def test_cross_needs_no_clustering_and_does_not_read_the_space():
    table = cluster_both_sides(
        None, pd.DataFrame(), settings={"method": "cross"}, internal={}, external={},
        minimum_stores=1,
    )  # fmt: skip
    assert table.empty
    assert table.dtypes.astype(str).to_dict() == SCHEMA


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("weights", "kept"), [((1, 0), "internal"), ((0, 2), "external")])
def test_a_weight_of_zero_switches_a_side_off(method, weights, kept):
    """The groups are those of the other side, and stay so whatever happens to this one."""
    internal, external = groups_of(2, 1), groups_of(3, 2)
    space, sides = world(internal, external, weights=weights)
    labels = labels_of(space, sides, method, weights=weights)
    assert adjusted_rand_score({"internal": internal, "external": external}[kept], labels) == 1
    off = {"internal": "external", "external": "internal"}[kept]
    sides[f"{off}_cluster_id"] = np.nan
    others = space[space["dimension"].str.startswith(kept)]
    assert (labels_of(others, sides, method, weights=weights) == labels).all()


@pytest.mark.parametrize("method", METHODS)
def test_setting_weights(method):
    """With only two clusters to give away the heavier side decides."""
    internal, external = groups_of(2, 1), groups_of(2, 3)
    for weights, winner in (((4, 1), internal), ((1, 4), external)):
        space, sides = world(internal, external, weights=weights)
        labels = labels_of(space, sides, method, weights=weights, fixed=2)
        assert adjusted_rand_score(winner, labels) == 1


@pytest.mark.parametrize("method", METHODS)
def test_a_side_of_one_cluster_does_not_hide_the_groups_of_the_other(method):
    internal, nothing = groups_of(3, 1), np.zeros(STORES, dtype=int)
    labels = labels_of(*world(internal, nothing, weights=(2, 1)), method)
    assert adjusted_rand_score(internal, labels) == 1


@pytest.mark.parametrize("method", METHODS)
def test_no_structure_on_either_side_is_one_cluster(method):
    nothing = np.zeros(STORES, dtype=int)
    labels = labels_of(*world(nothing, nothing), method)
    assert set(labels) == {f"{method[0]}1"}


@pytest.mark.parametrize("method", METHODS)
def test_too_few_stores_are_one_cluster(method):
    space, sides = world(groups_of(2, 1), groups_of(2, 2))
    assert len(set(labels_of(space, sides, method, minimum_stores=STORES))) == 4
    assert len(set(labels_of(space, sides, method, minimum_stores=STORES + 1))) == 1


@pytest.mark.parametrize("method", METHODS)
def test_settings_of_the_internal_side_are_obeyed(method):
    space, sides = world(groups_of(2, 1), groups_of(3, 2))
    assert len(set(labels_of(space, sides, method, fixed=5))) == 5
    assert len(set(labels_of(space, sides, method, maximum=3))) <= 3
    # no more than one cluster can have 90 % of the stores
    assert len(set(labels_of(space, sides, method, minimum_cluster_size=0.9))) == 1


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_the_rows_does_not_matter(method):
    space, sides = world(groups_of(2, 1), groups_of(3, 2), seed=3)
    labels = labels_of(space, sides, method)
    assert (labels_of(shuffled(space, 1), shuffled(sides, 2), method) == labels).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_store_that_was_left_out_joins_the_nearest_and_draws_nothing(method):
    """A store a thousand times as far away would else take a cluster for itself."""
    internal, external = groups_of(2, 1), groups_of(2, 2)
    space, sides = world(internal, external)
    far = space["store_id"] == "s0000"
    space.loc[far, "value"] *= 50
    sides.loc[sides["store_id"] == "s0000", "is_left_out"] = True
    labels = labels_of(space, sides, method)
    assert adjusted_rand_score(internal * 2 + external, labels) == 1


def test_a_store_without_external_data_is_judged_by_the_other_side():
    """It is with the stores of its internal group, and in one of their clusters."""
    internal, external = groups_of(2, 1), groups_of(2, 2)
    space, sides = world(internal, external)
    sides.loc[[0, 1], "external_cluster_id"] = np.nan
    labels = labels_of(space, sides, "consensus")
    for store in (0, 1):
        assert labels[store] in set(labels[2:][internal[2:] == internal[store]])
    assert adjusted_rand_score((internal * 2 + external)[2:], labels[2:]) == 1


def test_resampled_runs_decide_where_the_labels_are_wrong():
    """Labels that put stores at random are outvoted by the runs of the resamples."""
    internal, nothing = groups_of(2, 1), np.zeros(STORES, dtype=int)
    space, sides = world(internal, nothing)
    sides["internal_cluster_id"] = 1 + groups_of(2, 99)
    labels = labels_of(space, sides, "consensus", fixed=2)
    assert adjusted_rand_score(internal, labels) == 1


def test_too_many_stores_for_a_consensus_are_named(monkeypatch):
    monkeypatch.setattr(consensus, "MOST_STORES", 100)
    with pytest.raises(
        ValueError,
        match="consensus: it compares all pairs and takes at most 100 stores, there are 120",
    ):
        labels_of(*world(groups_of(2, 1), groups_of(2, 2)), "consensus")


@pytest.mark.parametrize("method", METHODS)
def test_broken_frames_are_named(method):
    space, sides = world(groups_of(2, 1), groups_of(2, 2))
    with pytest.raises(ValueError, match="store_id 's0000': not in the frame of the sides"):
        labels_of(space, sides.iloc[1:], method)
    with pytest.raises(
        ValueError, match=r"all 120 stores are left out .* set outliers.policy to keep"
    ):
        labels_of(space, sides.assign(is_left_out=True), method)
