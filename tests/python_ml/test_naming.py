"""Names say what leads, differ within a category, and stay while they are true."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_ml.naming import SCHEMA, name_clusters
from tests.python_ml.planted import shuffled

NOBODY = pd.DataFrame({"category": [], "final_cluster_id": [], "name": []})


def profiles_of(clusters, *, unseen=()):
    """Return profiles and members; clusters are dicts of feature -> effect.

    Features that begin with a small x are external.
    """
    rows = [
        {
            "category": "spirits",
            "final_cluster_id": cluster,
            "dataset": "external" if feature.startswith("x") else "internal",
            "feature": feature.removeprefix("x "),
            "effect_size": float(effect),
            "is_used": feature not in unseen,
        }
        for cluster, features in enumerate(clusters, start=1)
        for feature, effect in features.items()
    ]
    profiles = pd.DataFrame(rows)
    order = profiles.assign(size=-profiles["effect_size"].abs(), unseen=~profiles["is_used"])
    order = order.sort_values(["final_cluster_id", "unseen", "size", "dataset", "feature"])
    profiles["rank"] = order.groupby("final_cluster_id").cumcount() + 1
    members = pd.DataFrame(
        {
            "category": "spirits",
            "final_cluster_id": range(1, len(clusters) + 1),
            "final_label": [f"{number}_1" for number in range(1, len(clusters) + 1)],
        }
    )
    return profiles, members


def names(*clusters, before=(), **options):
    """Return the names of clusters 1, 2, ...; `before` are those of the previous run."""
    previous = pd.DataFrame(
        {
            "category": "spirits",
            "final_cluster_id": range(1, len(before) + 1),
            "name": list(before),
        }
    )
    named = name_clusters(*profiles_of(clusters, **options), previous if len(before) else NOBODY)
    return named["name"].tolist()


@pytest.mark.parametrize(
    ("features", "name"),
    [
        ({"rum": 1.5, "cordials": 1.1, "x age": -2, "gin": 1}, "High rum and cordials, low age"),
        ({"rum": 1.5, "gin": -1.1}, "High rum, low gin"),
        ({"rum": -1.5, "gin": -0.8, "x age": 0.79}, "Low rum and gin"),
        ({"rum": 1.5, "gin": 0.79}, "High rum"),
        ({"x age": 3, "x income": 2, "rum": 0.8}, "High rum, high age"),
        ({"rum": 0.5, "x age": 0.7}, "High rum"),
        ({"rum": -0.5, "x age": -0.8}, "Low rum, low age"),
        ({"rum": 0.4, "x age": 0.5, "x income": 0.6}, "High income"),
        ({"rum": 0.49, "x age": -0.49}, "Average stores"),
        ({"spiced_rum": 2, "x median median_income": 1}, "High spiced rum, high median income"),
    ],
)
def test_a_name_says_what_leads(features, name):
    assert names(features) == [name]


def test_what_the_clustering_did_not_see_is_not_said():
    assert names({"rum": 1, "secret": 9}, unseen=["secret"]) == ["High rum"]


def test_the_words_of_a_list_in_sentences_are_small_inside_a_name():
    assert names({"Black tea": 2, "Cocoa": 1}) == ["High black tea and cocoa"]
    assert names({"Canadian Whiskies": 2, "Gin": 1}) == ["High Canadian Whiskies and Gin"]


def test_clusters_of_the_same_name_are_told_apart_by_what_differs_most():
    rum = {"rum": 2.0}
    assert names({**rum, "gin": 0.7, "x age": 0.6}, {**rum, "gin": 0.1, "x age": -0.7}) == [
        "High rum, high age",
        "High rum, low age",
    ]
    assert names({**rum, "gin": 0.7}, {**rum, "gin": 0.1}) == [
        "High rum, high gin",
        "High rum, average gin",
    ]
    assert names({"rum": 3.0, "gin": 2, "tea": 1.9}, {"rum": 3.0, "gin": 2, "tea": 0.9}) == [
        "High rum and gin, higher tea",
        "High rum and gin, lower tea",
    ]
    three = [{**rum, "gin": gin, "tea": tea} for gin, tea in ((0.7, 0), (0, 0.7), (0, 0))]
    assert names(*three)[:2] == ["High rum, high gin", "High rum, high tea"]
    assert len(set(names(*three))) == 3
    assert "(" not in "".join(names(*three))


def test_only_clusters_that_nothing_tells_apart_get_their_label():
    assert names({"rum": 2}, {"rum": 2}, {"gin": 2}) == [
        "High rum (1_1)",
        "High rum (2_1)",
        "High gin",
    ]
    assert names({"rum": 0}, {"rum": 0.1}) == ["Average stores (1_1)", "Average stores (2_1)"]


@pytest.mark.parametrize(
    ("before", "now", "name"),
    [
        # rum and gin change places, and still lead
        ("High rum and gin", {"gin": 1.2, "rum": 1.1}, "High rum and gin"),
        ("High rum and gin", {"tea": 2, "gin": 0.6, "rum": 0.5}, "High rum and gin"),
        ("High rum, low age", {"rum": 1, "x age": -0.5, "x income": 2}, "High rum, low age"),
        # what was said is not so any more
        ("High rum and gin", {"gin": 1.2, "rum": 0.49}, "High gin"),
        ("High rum", {"rum": -1}, "Low rum"),
        ("High rum", {"a": 5, "b": 5, "c": 4, "d": 4, "e": 4, "rum": 3}, "High a and b"),
        ("High rum, low age", {"rum": 1, "x age": 0.9}, "High rum, high age"),
        ("Average stores", {"rum": 0.79}, "Average stores"),
        ("Average stores", {"rum": 0.8}, "High rum"),
        # what a feature was added for
        ("High rum, average tea", {"rum": 1, "gin": 0.9, "tea": 0.2}, "High rum, average tea"),
        ("High rum, average tea", {"rum": 1, "tea": 0.6, "gin": 0.9}, "High rum and gin"),
        # the label of a name that was shared
        ("High rum (1_1)", {"rum": 1}, "High rum"),
        ("High rum (high)", {"gin": 1}, "High gin"),
        # a name that somebody gave
        ("The young ones", {"rum": 1}, "High rum"),
    ],
)
def test_a_name_stays_while_it_is_true(before, now, name):
    assert names(now, before=[before]) == [name]


def test_a_cluster_that_kept_its_name_leaves_it_to_the_new_one_to_differ():
    now = {"rum": 1, "gin": 0.6}, {"rum": 1, "gin": -0.6}
    assert names(*now, before=["High rum"]) == ["High rum", "High rum, low gin"]
    assert names(*now) == ["High rum, high gin", "High rum, low gin"]
    assert names({"rum": 1}, {"rum": 1}, before=["High rum"]) == ["High rum", "High rum (2_1)"]


def test_a_previous_run_that_knew_no_names_keeps_none():
    assert names({"rum": 1}, before=[None]) == ["High rum"]


def test_names_of_one_run_are_those_of_the_next_if_nothing_changes():
    clusters = [{**{"rum": 2.0}, "gin": gin, "x age": age} for gin, age in ((1, 1), (1, 0), (0, 0))]
    first = names(*clusters)
    assert names(*clusters, before=first) == first


def test_what_a_name_compares_stays_while_it_is_so():
    before = ["High rum, higher tea", "High rum, lower tea"]
    assert names({"rum": 1, "tea": 0.5}, {"rum": 1, "tea": 0}, before=before) == before
    near = names({"rum": 1, "tea": 0.4}, {"rum": 1, "tea": 0}, before=before)
    assert near == ["High rum (1_1)", "High rum (2_1)"]
    # a cluster that knows nothing of tea has no more and no less of it than the chain
    assert names({"rum": 1, "tea": -0.5}, {"rum": 1}, before=before[1:]) == [before[1], "High rum"]


def test_who_has_a_label_keeps_it_and_who_has_none_gets_none():
    twins = {"rum": 1}, {"rum": 1}
    before = ["High rum", "High rum (2_1)"]
    assert names(*twins, before=before) == before
    labelled = ["High rum (1_1)", "High rum (2_1)"]
    assert names(*twins, before=labelled) == labelled
    now = {"rum": 1, "gin": 0.6}, {"rum": 1}
    assert names(*now, before=labelled) == ["High rum, high gin", "High rum"]


worlds = st.lists(
    st.dictionaries(
        st.sampled_from(["rum", "gin", "tea", "ale, mild", "x age", "x income"]),
        st.integers(-12, 12).map(lambda tenth: tenth / 8),
        min_size=1,
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60)
@given(worlds, worlds, st.integers(0, 9))
def test_names_are_unique_and_do_not_depend_on_the_order_of_rows(before, now, seed):
    first = names(*before)
    assert len(set(first)) == len(first)
    assert names(*before, before=first) == first
    profiles, members = profiles_of(now)
    previous = members.iloc[: len(first)].assign(name=first[: len(members)])
    named = name_clusters(profiles, members, previous)
    assert list(named) == list(SCHEMA)
    assert named["name"].is_unique
    assert named["final_cluster_id"].tolist() == members["final_cluster_id"].tolist()
    assert named["name"].str.match("^[A-Z]").all()
    again = name_clusters(
        shuffled(profiles, seed),
        shuffled(pd.concat([members, members]), seed),
        shuffled(previous, seed),
    )
    pd.testing.assert_frame_equal(named, again)
    # what a name claims is so
    for cluster, name in zip(now, named["name"], strict=True):
        for feature, effect in cluster.items():
            words = feature.removeprefix("x ")
            if f"high {words}" in name.lower():
                assert effect >= 0.5
            if f"low {words}" in name.lower():
                assert effect <= -0.5


def test_categories_are_named_apart():
    profiles, members = profiles_of([{"rum": 1}])
    both = [pd.concat([one, one.assign(category="wine")]) for one in (profiles, members)]
    assert name_clusters(*both, NOBODY)["name"].tolist() == ["High rum", "High rum"]


def test_a_cluster_without_any_feature_is_average():
    profiles, members = profiles_of([{"rum": 1}])
    assert name_clusters(profiles.iloc[:0], members, NOBODY)["name"].tolist() == ["Average stores"]


def test_two_labels_of_one_cluster_are_refused():
    profiles, members = profiles_of([{"rum": 1}])
    twice = pd.concat([members, members.assign(final_label="9_9")])
    with pytest.raises(ValueError, match="final_cluster_id 1: more than one row"):
        name_clusters(profiles, twice, NOBODY)
