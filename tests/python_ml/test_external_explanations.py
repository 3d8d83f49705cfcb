"""What is planted is found to explain, what is mixed up is not, and what is not tested says why."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_ml import external_explanations
from python_ml.external_explanations import SCHEMA, corrected_p_value, explain_by_external
from tests.python_ml.planted import shuffled, store_names

SETTINGS = {"external_model": True, "folds": 3, "repeats": 1}


def chain(*, seed=0, stores=90, clusters=3, effect=1.0, category="beer"):
    """Return values, components and labels: income follows the cluster, age and visits do not."""
    generator = np.random.default_rng(seed)
    truth = np.arange(stores) % clusters
    names = store_names(stores)
    features = {
        "income": 30 + 10 * effect * truth + generator.normal(size=stores),
        "age": generator.normal(size=stores),
        "visits": generator.normal(size=stores),
    }
    values = pd.concat(
        pd.DataFrame(
            {
                "category": category, "store_id": names, "dataset": "external",
                "feature": feature, "is_used": True, "value": numbers,
            }
        )
        for feature, numbers in features.items()
    )  # fmt: skip
    places = np.eye(clusters)[truth] * 5 + generator.normal(size=(stores, clusters)) / 2
    components = pd.DataFrame(
        {
            "category": category,
            "store_id": np.repeat(names, clusters),
            "component": np.tile(np.arange(1, clusters + 1), stores),
            "value": places.ravel(),
        }
    )
    labels = pd.DataFrame(
        {"category": category, "store_id": names, "internal_cluster_id": truth + 1}
    )
    return values, components, labels


def explain(values, components, labels, *, cores=1, **asked):
    return explain_by_external(values, components, labels, settings=SETTINGS | asked, cores=cores)


def mixed_up(values, seed):
    """Return the values with the stores mixed up, all features of a store together."""
    stores = values["store_id"].unique()
    other = dict(zip(stores, np.random.default_rng(seed).permutation(stores), strict=True))
    return values.assign(store_id=values["store_id"].map(other))


def summary(found):
    return found.drop_duplicates(["category", "target"]).set_index("target")


def test_the_planted_feature_explains_the_clusters_and_the_mix():
    found = explain(*chain())
    assert list(found) == list(SCHEMA)
    both = summary(found)
    assert both["explains"].all()
    assert both.loc["clusters", "score"] > 0.95
    assert both.loc["clusters", "balanced_accuracy"] > 0.95
    assert both.loc["clusters", "score_without"] == pytest.approx(1 / 3)
    assert both.loc["mix", "score"] > 0.75
    assert both.loc["mix", "score_without"] == 0
    assert np.isnan(both.loc["mix", "balanced_accuracy"])
    assert (both["p_value"] < 0.01).all()
    first = found[found["rank"] == 1]
    assert first["feature"].tolist() == ["income", "income"]
    assert (first["importance"] > 0.3).all()
    assert found.loc[found["rank"] > 1, "importance"].abs().max() < 0.1
    assert both.loc["clusters", "sentence"].startswith("External features explain the internal ")
    assert "income" in both.loc["mix", "sentence"]


def test_stores_mixed_up_explain_nothing_and_the_sentence_says_so():
    values, components, labels = chain()
    both = summary(explain(mixed_up(values, 1), components, labels))
    assert not both["explains"].any()
    assert both["sentence"].str.startswith("External features do not explain").all()
    assert both["sentence"].str.contains("not better than chance").all()
    assert both.loc["mix", "score"] < 0
    assert "they predict nothing, which" in both.loc["mix", "sentence"]


def test_chance_is_taken_for_an_explanation_as_rarely_as_promised():
    # 16 tests at 5 %: more than 3 would happen once in 100 times
    values, components, labels = chain(stores=60)
    runs = [summary(explain(mixed_up(values, seed), components, labels)) for seed in range(8)]
    assert sum(run["explains"].sum() for run in runs) <= 3


def test_a_large_cluster_alone_is_no_accuracy():
    # 8 of 10 stores are in one cluster: to name it always is right for 80 %
    values, components, labels = chain(stores=100, clusters=2)
    labels["internal_cluster_id"] = np.where(np.arange(100) % 10 < 8, 1, 2)
    both = summary(explain(mixed_up(values, 2), components, labels))
    assert both.loc["clusters", "score_without"] == pytest.approx(0.8, abs=0.02)
    assert both.loc["clusters", "score"] > 0.6
    assert not both.loc["clusters", "explains"]


@pytest.mark.parametrize(
    ("change", "sentence", "targets"),
    [
        ({"external_model": False}, "Not asked for: explanations.external_model is false.", 2),
        ({"no_features": True}, "Not tested: there are no external features.", 2),
        ({"stores": 29}, "Not tested: 29 stores have external data and an internal cluster, 30", 2),
        ({"clusters": 1}, "There is one internal cluster: nothing to explain.", 1),
        ({"tiny": True}, "Not tested: fewer than two internal clusters have the 3 stores", 1),
    ],
)
def test_what_cannot_be_tested_says_why(change, sentence, targets):
    frames = {name: change[name] for name in ("stores", "clusters") if name in change}
    values, components, labels = chain(**frames)
    if "no_features" in change:
        values = values.assign(is_used=False)
    if "tiny" in change:
        labels["internal_cluster_id"] = np.where(np.arange(90) < 2, 2, 1)
    asked = {"external_model": change.get("external_model", True)}
    found = explain(values, components, labels, **asked)
    silent = found[found["sentence"].str.startswith(sentence)]
    assert len(silent) == targets
    assert silent["feature"].isna().all()
    assert silent["score"].isna().all()
    assert not silent["explains"].any()
    assert len(summary(found)) == 2
    # one internal cluster has a mix all the same
    if targets == 1:
        assert found.loc[found["target"] == "mix", "score"].notna().all()


def test_stores_without_external_data_or_without_a_cluster_take_no_part():
    values, components, labels = chain()
    values = values[~values["store_id"].isin(["s0001", "s0002"])]
    values = values[(values["store_id"] != "s0007") | (values["feature"] != "age")]
    labels = labels.astype({"internal_cluster_id": "Int64"})
    labels.loc[labels["store_id"] == "s0003", "internal_cluster_id"] = pd.NA
    both = summary(explain(values, components, labels))
    assert both["store_count"].tolist() == [87, 87]
    assert both["explains"].all()


def test_internal_values_are_not_asked():
    values, components, labels = chain(effect=0, seed=3)
    cheat = labels.assign(
        dataset="internal", feature="cluster", is_used=True, value=labels["internal_cluster_id"]
    )
    found = explain(pd.concat([values, cheat[values.columns]]), components, labels)
    assert set(found["feature"]) == {"income", "age", "visits"}
    assert not found["explains"].any()


def test_more_folds_and_repeats_are_other_and_surer_figures():
    chain_of = chain(effect=0.05, stores=60)
    few = summary(explain(*chain_of))
    more_repeats = summary(explain(*chain_of, repeats=2))
    more_folds = summary(explain(*chain_of, folds=5))
    for other in (more_repeats, more_folds):
        assert (other["score"] != few["score"]).all()
        assert (other["p_value"] != few["p_value"]).all()


def test_the_order_of_rows_and_the_number_of_processes_change_nothing():
    both = [
        pd.concat([one, other])
        for one, other in zip(
            chain(stores=45), chain(seed=1, stores=45, category="wine"), strict=True
        )
    ]
    found = explain(*both)
    assert found["category"].unique().tolist() == ["beer", "wine"]
    again = explain(*[shuffled(one, seed) for seed, one in enumerate(both)], cores=2)
    pd.testing.assert_frame_equal(found, again)


def test_folds_that_count_the_same_do_not_make_the_score_exact():
    """One store of five more in both folds is no proof."""
    assert corrected_p_value(np.full(2, 0.2), 2, 1 / 5) > 0.05
    # all of 20 unseen stores in each of 5 folds are
    assert 0 < corrected_p_value(np.full(5, 0.5), 5, 1 / 20) < 0.001
    assert corrected_p_value(np.full(5, -0.1), 5, 1 / 20) > 0.95
    assert corrected_p_value(np.zeros(5), 5, 1 / 20) == 1
    # hardly any variance is not less than none
    nearly = np.full(5, 0.1) + np.array([1e-7, 0, 0, 0, 0])
    assert corrected_p_value(nearly, 5, 1 / 20) == pytest.approx(
        corrected_p_value(np.full(5, 0.1), 5, 1 / 20), rel=1e-4
    )


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=20), st.integers(2, 10))
def test_the_test_is_one_sided_and_more_cautious_than_the_plain_one(differences, folds):
    differences = np.array(differences)
    p_value = corrected_p_value(differences, folds, 1e-8)
    assert 0 <= p_value <= 1
    spread = differences.std(ddof=1)
    if spread > 1e-6:
        assert p_value + corrected_p_value(-differences, folds, 1e-8) == pytest.approx(1)
        plain = differences.mean() / spread * np.sqrt(len(differences))
        assert (p_value < 0.5) == (plain > 0) or abs(plain) < 1e-6
    if (differences > 0).all() and spread > 1e-6:
        assert p_value < 0.5


def test_of_many_stores_so_many_are_drawn(monkeypatch):
    monkeypatch.setattr("python_ml.external_explanations.MOST_STORES", 60)
    both = summary(explain(*chain()))
    assert both["store_count"].tolist() == [60, 60]
    assert both["explains"].all()


def test_many_features_do_not_fill_the_memory(monkeypatch):
    values, components, labels = chain(stores=40)
    wide = pd.concat(
        [
            values,
            *(values[values["feature"] == "age"].assign(feature=f"age {n}") for n in range(97)),
        ]
    )
    at_once = explain(wide, components, labels, folds=2)
    monkeypatch.setattr(external_explanations, "MOST_NUMBERS", 100_000)
    tracemalloc.start()
    in_parts = explain(wide, components, labels, folds=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    pd.testing.assert_frame_equal(in_parts, at_once)
    # all copies of a fold at once are 20 stores x 100 columns x 301 copies
    assert peak < 20 * 100 * 301 * 8
