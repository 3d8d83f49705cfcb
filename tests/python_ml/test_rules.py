"""Rules find what was planted, and do what they say: every text is read back and applied."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_ml.rules import describe_clusters
from tests.python_ml.planted import shuffled, store_names

DEPTH = {"rule_depth": 3}


def chain(clusters, **features):
    """Return values and members; features ending in `_share` are shares of the sales."""
    stores = store_names(len(clusters))
    members = pd.DataFrame(
        {"category": "beer", "store_id": stores, "final_cluster_id": np.asarray(clusters)}
    )
    values = pd.concat(
        pd.DataFrame(
            {
                "category": "beer",
                "store_id": stores,
                "dataset": "internal" if name.endswith("_share") else "external",
                "feature": name.removesuffix("_share"),
                "is_share": name.endswith("_share"),
                "is_used": not name.startswith("unseen"),
                "value": np.asarray(numbers, dtype=float),
            }
        )
        for name, numbers in features.items()
    ).dropna(subset="value", ignore_index=True)
    return values, members


def describe(values, members, **asked):
    return describe_clusters(values, members, settings=DEPTH | asked, cores=1)


def obeys(rule, store):
    """Read a rule as a planner would and say whether a store (feature -> value) fulfils it."""
    if rule == "every store":
        return True
    for condition in re.split(r" and (?![\d.,e-]+(?: %)?(?: |$))", rule):
        name, asked = re.fullmatch(
            r"(\w+)(?: share)? ((?:above|below|between|known|not known).*)", condition
        ).groups()
        scale = 100 if "%" in asked else 1
        value = store.get(name, np.nan) * scale
        limits = [
            float(number.replace(",", "")) for number in re.findall(r"-?[\d.,]*\d(?:e-\d+)?", asked)
        ]
        if np.isnan(value):
            good = "not known" in asked
        elif asked.startswith("above"):
            good = value > limits[0]
        elif asked.startswith("below"):
            good = value < limits[0]
        elif asked.startswith("between"):
            good = limits[0] < value < limits[1]
        else:
            good = asked == "known"
        if not good:
            return False
    return True


def check(values, members, rules):
    """Hold every figure against what the texts say of every store."""
    stores = {store: {} for store in members["store_id"]}
    for row in values[values["is_used"]].itertuples():
        stores[row.store_id][row.feature] = row.value
    clusters = dict(zip(members["store_id"], members["final_cluster_id"], strict=True))
    for cluster, own in rules.groupby("final_cluster_id"):
        inside = {store for store, number in clusters.items() if number == cluster}
        covered = set()
        for row in own.itertuples():
            found = {store for store, known in stores.items() if obeys(row.rule, known)}
            assert row.store_count == len(found), row.rule
            assert row.precision == pytest.approx(len(found & inside) / len(found))
            assert row.recall == pytest.approx(len(found & inside) / len(inside))
            covered |= found
        assert own["rules_precision"].iloc[0] == pytest.approx(len(covered & inside) / len(covered))
        assert own["rules_recall"].iloc[0] == pytest.approx(len(covered & inside) / len(inside))


def test_the_planted_rule_is_found_in_the_units_of_the_data():
    generator = np.random.default_rng(1)
    rum, income = generator.uniform(0, 0.4, 400), generator.uniform(20_000, 60_000, 400)
    clusters = np.where((rum > 0.12) & (income < 31_000), 1, np.where(rum > 0.12, 2, 3))
    values, members = chain(
        clusters, rum_share=rum, income=income, noise=generator.normal(size=400)
    )
    rules = describe(values, members)
    assert rules["final_cluster_id"].tolist() == [1, 2, 3]
    assert (rules[["precision", "recall"]] == 1).all(axis=None)
    first, second, third = rules["rule"]
    assert re.fullmatch(r"income below 31,\d+ and rum share above 1[12](\.\d+)? %", first)
    assert re.fullmatch(r"rum share above 1[12].* % and income above 3[01],\d+", second)
    assert re.fullmatch(r"rum share below 1[12].* %", third)
    check(values, members, rules)


def test_two_islands_of_a_cluster_are_two_rules():
    visits = np.repeat([1.0, 2.0, 3.0, 4.0], 25) + np.tile(np.linspace(0, 0.5, 25), 4)
    clusters = np.repeat([1, 2, 1, 3], 25)
    rules = describe(*chain(clusters, visits=visits))
    first = rules[rules["final_cluster_id"] == 1]
    assert sorted(first["rule"]) == ["visits below 1.8", "visits between 2.8 and 3.8"]
    assert first["recall"].tolist() == [0.5, 0.5]
    assert (first[["rules_precision", "rules_recall"]] == 1).all(axis=None)


def test_the_depth_bounds_the_conditions_and_a_deeper_rule_describes_better():
    generator = np.random.default_rng(2)
    a, b, c = generator.uniform(size=(3, 600))
    clusters = np.where((a > 0.4) & (b > 0.4) & (c > 0.4), 1, 2)
    values, members = chain(clusters, a=a, b=b, c=c)
    found = {depth: describe(values, members, rule_depth=depth) for depth in (1, 2, 3)}
    worth = []
    for depth, rules in found.items():
        assert rules["rule"].str.count(" and ").max() == depth - 1
        first = rules[rules["final_cluster_id"] == 1].iloc[0]
        worth.append(first["rules_precision"] * first["rules_recall"])
        check(values, members, rules)
    assert worth == sorted(worth)
    assert worth[0] < 0.7 < worth[2] == 1


def test_a_condition_that_adds_nothing_is_not_said():
    generator = np.random.default_rng(3)
    rum = np.concatenate([generator.uniform(0, 0.1, 90), generator.uniform(0.2, 0.3, 10)])
    noise = generator.normal(size=100)
    values, members = chain(np.repeat([1, 2], [90, 10]), rum_share=rum, noise=noise)
    assert describe(values, members)["rule"].tolist() == [
        "rum share below 20 %",
        "rum share above 20 %",
    ]


def test_stores_without_a_value_are_in_the_rule_that_says_so():
    income = np.concatenate([np.linspace(1, 2, 30), np.linspace(5, 6, 20), np.full(10, np.nan)])
    values, members = chain(np.repeat([1, 2, 2], [30, 20, 10]), income=income)
    rules = describe(values, members)
    assert rules["rule"].tolist() == ["income below 4", "income above 4 (or not known)"]
    assert (rules[["precision", "recall"]] == 1).all(axis=None)
    check(values, members, rules)


def test_to_be_known_or_not_is_a_rule_of_its_own():
    income = np.concatenate([np.full(30, 7.0), np.full(20, np.nan)])
    values, members = chain(np.repeat([1, 2], [30, 20]), income=income, same=np.ones(50))
    rules = describe(values, members)
    assert rules["rule"].tolist() == ["income known", "income not known"]
    check(values, members, rules)


@pytest.mark.parametrize(
    ("clusters", "features"),
    [([1, 1, 1], {"rum_share": [0.1, 0.2, 0.3]}), ([1, 2, 2], {"unseen": [1, 2, 3]}),
     ([1, 2, 2], {"same": [4, 4, 4]})],
)  # fmt: skip
def test_where_nothing_tells_a_cluster_apart_the_rule_is_every_store(clusters, features):
    rules = describe(*chain(clusters, **features))
    assert set(rules["rule"]) == {"every store"}
    assert rules["precision"].tolist() == [
        clusters.count(cluster) / 3 for cluster in sorted(set(clusters))
    ]
    assert (rules["recall"] == 1).all()


def test_the_order_of_rows_and_the_number_of_processes_change_nothing():
    generator = np.random.default_rng(4)
    values, members = chain(
        generator.integers(1, 4, 80),
        a=generator.normal(size=80).round(1),
        b=generator.normal(size=80),
    )
    both = [pd.concat([one, one.assign(category="wine")]) for one in (values, members)]
    rules = describe(*both)
    assert rules["category"].unique().tolist() == ["beer", "wine"]
    mixed = [shuffled(one, seed) for seed, one in enumerate(both)]
    pd.testing.assert_frame_equal(rules, describe(*mixed))
    pd.testing.assert_frame_equal(rules, describe_clusters(*mixed, settings=DEPTH, cores=2))


@settings(max_examples=40)
@given(st.data())
def test_every_figure_is_what_the_text_says(data):
    count = data.draw(st.integers(2, 40))
    value = st.one_of(st.just(np.nan), st.integers(-5, 5).map(float), st.floats(0, 1e5, width=32))
    values, members = chain(
        data.draw(st.lists(st.integers(1, 3), min_size=count, max_size=count)),
        rum_share=data.draw(st.lists(st.floats(0, 1), min_size=count, max_size=count)),
        income=data.draw(st.lists(value, min_size=count, max_size=count)),
        visits=data.draw(st.lists(value, min_size=count, max_size=count)),
    )
    rules = describe(values, members, rule_depth=data.draw(st.integers(1, 4)))
    assert set(rules["final_cluster_id"]) == set(members["final_cluster_id"])
    assert rules.groupby("final_cluster_id").size().max() <= 3
    check(values, members, rules)
