"""Ids follow the clusters from run to run, whatever the fit called them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from python_ml.identity import match_clusters

NONE = pd.DataFrame({"category": [], "store_id": [], "dataset": [], "cluster_id": []})


def placed(labels: dict, column: str = "label") -> pd.DataFrame:
    """Stores with their clusters, of one category."""
    return pd.DataFrame({"category": "A", "store_id": list(labels), column: list(labels.values())})


def known(ids) -> pd.DataFrame:
    """A registry of ids."""
    return pd.DataFrame({"category": "A", "dataset": "final", "cluster_id": sorted(ids)})


def match(present: dict, previous: dict, ever=(), minimum: float = 0.3) -> dict:
    """The id of each store."""
    matched = match_clusters(
        placed(present),
        placed(previous, "cluster_id") if previous else NONE,
        known({*ever, *previous.values()}) if previous or ever else NONE,
        label="label",
        dataset="final",
        settings={"minimum_overlap": minimum},
    )
    ids = matched.set_index("cluster")["cluster_id"]
    return {store: int(ids[str(label)]) for store, label in present.items()}


clusterings = st.lists(st.integers(1, 7), min_size=1, max_size=40).map(
    lambda labels: {f"s{number:02d}": label for number, label in enumerate(labels)}
)


@settings(max_examples=30)
@given(clusterings, st.permutations(range(1, 8)))
def test_a_permutation_of_the_labels_is_undone(previous, names):
    present = {store: names[label - 1] for store, label in previous.items()}
    assert match(present, previous) == previous


@settings(max_examples=30)
@given(clusterings, clusterings, st.sets(st.integers(1, 20)), st.randoms())
def test_the_order_of_the_rows_does_not_matter(present, previous, ever, random):
    shuffled = [list(labels.items()) for labels in (present, previous)]
    for items in shuffled:
        random.shuffle(items)
    assert match(present, previous, ever) == match(*map(dict, shuffled), ever)


@settings(max_examples=30)
@given(clusterings, clusterings, st.sets(st.integers(1, 20)), st.floats(0.01, 1))
def test_an_id_is_that_of_a_cluster_with_enough_overlap_or_was_never_used(
    present, previous, ever, minimum
):
    ids = match(present, previous, ever, minimum)
    pairs = {(label, ids[store]) for store, label in present.items()}
    assert len(pairs) == len({label for label, _ in pairs}) == len({number for _, number in pairs})
    used = {*ever, *previous.values()}
    shared = set(present) & set(previous)
    for label, number in pairs:
        now = {store for store in shared if present[store] == label}
        then = {store for store in shared if previous[store] == number}
        if number in used:
            assert len(now & then) >= minimum * len(now | then) - 1e-9 > -1
            assert now & then
        else:
            assert number > max(used)


@settings(max_examples=30)
@given(clusterings, clusterings)
def test_no_other_assignment_keeps_more_stores(present, previous):
    ids = match(present, previous, minimum=1e-9)
    kept = sum(previous.get(store) == number for store, number in ids.items())
    # greedy from either side, and the plain labels, are assignments too
    for stores in (present, dict(sorted(present.items(), reverse=True))):
        names, taken = {}, set()
        for store, label in stores.items():
            if label not in names and store in previous and previous[store] not in taken:
                names[label] = previous[store]
                taken.add(previous[store])
        assert kept >= sum(
            store in previous and names.get(label) == previous[store]
            for store, label in present.items()
        )


def test_a_first_run_is_numbered_by_size_then_by_label():
    present = {"s1": "10_1", "s2": "2_1", "s3": "3_1", "s4": "3_1"}
    assert match(present, {}) == {"s3": 1, "s4": 1, "s2": 2, "s1": 3}


def test_an_id_that_went_is_never_used_again():
    """Six clusters, seven, five and seven again: f and g go, and h and i are others."""
    names: dict[int, str] = {}
    previous: dict[str, int] = {}
    for run in (
        "aaaabbbbccccddddeeeeffff",
        "aaaabbbbccccddddeeeeffgg",
        "aaaabbbbccccddddeeeeeeee",
        "aaaabbbbccccddddeeeehhii",
    ):
        present = {f"s{number:02d}": group for number, group in enumerate(run)}
        previous = match(present, previous, names)
        for store, number in previous.items():
            assert names.setdefault(number, present[store]) == present[store]
    assert names == dict(enumerate("abcdefghi", start=1))


def test_a_cluster_of_too_little_overlap_is_new():
    previous = {f"s{n}": 1 for n in range(10)}
    present = {f"s{n}": n // 2 for n in range(10)}
    # each has a fifth of the old one
    assert 1 in match(present, previous, minimum=0.2).values()
    assert set(match(present, previous, minimum=0.21).values()) == {2, 3, 4, 5, 6}


def test_only_stores_of_both_runs_count():
    previous = {"s1": 4, "s2": 4, "s3": 4, "old": 9}
    present = {"s1": "a", "s2": "a", "s3": "a"} | {f"new{n}": "a" for n in range(50)}
    assert match(present, previous)["s1"] == 4


def test_categories_and_datasets_do_not_share_their_numbers():
    registry = pd.DataFrame(
        {
            "category": ["A", "B", "A"],
            "dataset": ["final", "final", "internal"],
            "cluster_id": [2, 7, 9],
        }
    )
    present = pd.DataFrame({"category": ["A", "B"], "store_id": "s1", "label": "x"})
    matched = match_clusters(
        present, NONE, registry, label="label", dataset="final", settings={"minimum_overlap": 0.3}
    )
    assert matched["cluster_id"].tolist() == [3, 8]


def test_ids_of_unchanged_stores_stay_when_a_twentieth_changes():
    """Planted groups, fitted anew by k-means with another seed after 5 % changed their group."""
    random = np.random.default_rng(7)
    middles = random.normal(size=(8, 6)) * 4
    group = random.integers(8, size=1000)
    changed = random.random(1000) < 0.05
    later = np.where(changed, (group + random.integers(1, 8, size=1000)) % 8, group)
    noise = random.normal(size=(1000, 6))
    stores = [f"{number:04d}" for number in range(1000)]
    runs = [
        KMeans(8, n_init=5, random_state=seed).fit_predict(middles[groups] + noise)
        for seed, groups in ((1, group), (2, later))
    ]
    first = match(dict(zip(stores, runs[0].tolist(), strict=True)), {})
    second = match(dict(zip(stores, runs[1].tolist(), strict=True)), first)
    same = np.array([first[store] == second[store] for store in stores])
    assert (runs[0] == runs[1])[~changed].mean() < 0.5  # the plain numbers mean nothing
    assert same[~changed].mean() >= 0.99
    assert (~same[changed]).mean() >= 0.95


def test_what_is_not_a_key_is_named():
    allowed = {"minimum_overlap": 0.3}
    with pytest.raises(ValueError, match="store_id 's1': more than one row"):
        twice = pd.concat([placed({"s1": "a"}), placed({"s1": "b"})])
        match_clusters(twice, NONE, NONE, label="label", dataset="final", settings=allowed)
    with pytest.raises(ValueError, match="a label is null"):
        match_clusters(
            placed({"s1": None}), NONE, NONE, label="label", dataset="final", settings=allowed
        )
