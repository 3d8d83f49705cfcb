"""A trial of other clusters on planted groups, without a page."""

import numpy as np
import pandas as pd
import pytest

from app.data import trials

SIDE = {"algorithm": {"method": "kmeans", "starts": 3, "seed": 42}, "cluster_count": {}}
MERGING = {"internal_weight": 1, "external_weight": 1, "minimum_cluster_size": 2}


def planted(*, merging=None, split=""):
    """24 stores in two internal groups of halves each, and two external groups."""
    number = np.arange(24)
    stores = pd.Index([f"s{n:02d}" for n in number], name="store_id")
    chance = np.random.default_rng(7)
    internal = pd.DataFrame(
        {1: 10.0 * (number % 2), 2: 3.0 * (number % 4 // 2)}, index=stores
    ) + chance.normal(0, 0.1, (24, 2))
    external = pd.DataFrame({1: 10.0 * (number // 12)}, index=stores) + chance.normal(
        0, 0.1, (24, 1)
    )
    labels = pd.DataFrame(
        {
            "internal": [str(1 + n % 2) for n in number],
            "external": [str(1 + n // 12) for n in number],
            "is_fitted": True,
        },
        index=stores,
    )
    labels["merged"] = labels["internal"] + "_" + labels["external"] + split
    labels["final"] = labels["merged"].map({"1_1": "1", "1_2": "2", "2_1": "3", "2_2": "4"})
    axes = pd.DataFrame(
        {
            "dataset": ["external", "internal", "internal"],
            "component": [1, 1, 2],
            "centre": 0.0,
            "factor": 1.0,
        }
    )
    return trials.Published(
        labels,
        24,
        {"internal": internal, "external": external},
        axes,
        {"internal": SIDE, "external": SIDE, "merging": MERGING | (merging or {})},
    )


def as_groups(labels):
    """The stores of every cluster, whatever it is called."""
    return {frozenset(stores) for stores in labels.groupby(labels).groups.values()}


def test_the_published_number_gives_the_published_clusters_again():
    found = planted()
    trial = trials.try_out(found, "internal", 2, None)
    stores = trial.stores.set_index("store_id")
    assert as_groups(stores["tried"]) == as_groups(found.stores["internal"])
    assert as_groups(stores["tried_final"]) == as_groups(found.stores["final"])
    figures = trial.figures.set_index(["stage", "which"])
    assert figures.loc[("final", "tried")].equals(figures.loc[("final", "published")])


def test_more_clusters_find_the_halves_of_the_groups():
    trial = trials.try_out(planted(), "internal", 4, None)
    number = trial.stores["store_id"].str[1:].astype(int)
    planted_halves = (number % 4).astype(str).set_axis(trial.stores["store_id"])
    assert as_groups(trial.stores.set_index("store_id")["tried"]) == as_groups(planted_halves)
    assert trial.stores["tried_final"].nunique() == 8


def test_small_clusters_of_a_trial_are_dissolved_by_the_minimum():
    trial = trials.try_out(planted(), "internal", 4, 6)
    assert trial.stores["tried_final"].value_counts().tolist() == [6, 6, 6, 6]
    assert trials.try_out(planted(), "internal", 4, 0.5).minimum == 12


def test_the_other_settings_of_merging_are_obeyed():
    whole = trials.try_out(planted(), "internal", 4, None)
    few = trials.try_out(planted(merging={"maximum_clusters": 3}), "internal", 4, None)
    assert whole.stores["tried_final"].nunique() == 8
    assert few.stores["tried_final"].nunique() == 3


def test_a_side_without_weight_changes_no_final_cluster():
    found = planted(merging={"external_weight": 0})
    assert trials.try_out(found, "external", 3, None).stores["tried_final"].nunique() == 2


def test_a_store_without_external_data_joins_the_usual_cluster_of_its_internal_one():
    found = planted()
    found.stores.loc["s00", "external"] = None
    found.components["external"] = found.components["external"].drop(index="s00")
    tried = trials.try_out(found, "internal", 2, None).stores.set_index("store_id")["tried_final"]
    assert tried["s00"] == tried["s12"]  # external 2 has more of its internal cluster


def test_values_that_labels_are_split_by_stay_apart():
    found = planted()
    found.stores["merged"] += np.where(np.arange(24) % 3 == 0, "/North", "/South")
    tried = trials.try_out(found, "internal", 2, 1).stores.set_index("store_id")["tried_final"]
    assert tried.nunique() == 8
    assert as_groups(tried) == as_groups(found.stores["merged"])


def test_a_store_that_was_not_fitted_joins_the_nearest_and_moves_no_centre():
    found = planted()
    far = found.components["internal"]
    far.loc["s00"] = [10_000.0, 0.0]
    found.stores.loc["s00", "is_fitted"] = False
    tried = trials.try_out(found, "internal", 2, None).stores.set_index("store_id")["tried"]
    assert tried["s00"] == tried["s01"]
    assert tried.value_counts().tolist() == [13, 11]


def test_an_algorithm_that_finds_its_own_number_is_known():
    found = planted()
    assert not trials.chooses_its_own_count(found, "internal")
    found.settings["internal"] = {"algorithm": {"method": "hdbscan"}}
    assert trials.chooses_its_own_count(found, "internal")


@pytest.mark.parametrize("k", [25, 100])
def test_more_clusters_than_stores_are_refused(k):
    with pytest.raises(ValueError, match=str(k)):
        trials.try_out(planted(), "internal", k, None)


def test_components_of_a_kernel_are_likenesses_to_the_landmarks():
    values = pd.DataFrame(
        {"category": "tea", "store_id": ["a", "b"], "feature": "herbal", "value": [0.0, 2.0]}
    )
    parameters = pd.DataFrame(
        [
            ("landmark", "herbal", "a", None, 0.0),
            ("gamma", None, None, None, 0.5),
            ("component_centre", "a", None, None, 0.25),
            ("loading", "a", None, 1, 4.0),
        ],
        columns=["parameter", "feature", "landmark", "component", "value"],
    )
    found = trials.components_of(values, parameters)
    assert found[1].tolist() == pytest.approx([4 * (1 - 0.25), 4 * (np.exp(-2) - 0.25)])
