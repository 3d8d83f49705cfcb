"""Reasons: every number of clusters says in words why it is chosen, or not."""

import numpy as np
import pandas as pd
import pytest

from python_ml.cluster_count.reasons import Reasons
from python_ml.cluster_count.rules import Decision, Vote
from tests.python_ml.counting import noise, score
from tests.python_ml.planted import long_frame, planted


def test_reasons_of_a_choice():
    """The chosen, the lower and the invalid candidate each say why, with numbers."""
    components, _ = planted([20, 20, 20], seed=0)
    table = score(components, maximum=4, minimum_cluster_size=11)
    best, lower = table.loc[3, "silhouette"], table.loc[2, "silhouette"]
    assert table.loc[2, "reason"] == (
        f"not chosen: silhouette {lower:.3f} is lower than {best:.3f} of k = 3"
    )
    assert table.loc[3, "reason"] == (
        f"chosen: best silhouette ({best:.3f}) of 2 valid candidates; stability 1.00: stable"
    )
    smallest = table.loc[4, "smallest_cluster"]
    assert table.loc[4, "reason"] == (
        f"not valid: smallest cluster has {smallest} stores, minimum is 11"
    )
    assert table["is_valid"].tolist() == [True, True, True, False]
    by_distance = score(components, maximum=4, minimum_cluster_size=11, rule="davies_bouldin")
    assert " is higher than " in by_distance.loc[2, "reason"]


def test_nearly_equal_scores_are_written_with_enough_digits():
    """Two scores that differ in a late digit do not read as equal."""
    reasons = " ".join(score(noise(seed=4))["reason"])
    for seed in range(1, 8):
        reasons += " ".join(score(noise(seed=seed, stores=60), maximum=9)["reason"])
    pairs = [part.split(" of k")[0] for part in reasons.split("silhouette ") if " lower " in part]
    assert len(pairs) > 20
    assert all(
        first != second for first, second in (pair.split(" is lower than ") for pair in pairs)
    )
    assert any(len(pair.split(" ")[0]) > len("0.123") for pair in pairs)


def test_a_tie_goes_to_the_smallest_k():
    """Two corners, then four: both numbers are perfectly stable, the smaller is chosen."""
    spots = np.repeat([[0.0, 0], [0, 1], [100, 0], [100, 1]], 30, axis=0)
    components = long_frame(spots + np.random.default_rng(0).normal(size=spots.shape) / 1000)
    table = score(components, rule="stability", maximum=4)
    assert table.loc[[2, 4], "stability"].tolist() == [1, 1]
    assert table.index[table["is_chosen"]].tolist() == [2]
    assert table.loc[4, "reason"] == (
        "not chosen: stability 1.000 is equal to that of k = 2, which is smaller"
    )


def test_no_candidate_is_valid():
    """One cluster is chosen when every other number has too small clusters."""
    components, _ = planted([30, 30], seed=0)
    table = score(components, minimum_cluster_size=31)
    assert table.index[table["is_chosen"]].tolist() == [1]
    assert table.loc[1, "reason"] == (
        "chosen: no candidate from 2 to 10 has every cluster at the minimum of 31 stores"
    )
    assert table["is_valid"].tolist() == [True] + [False] * 9


@pytest.mark.parametrize(
    ("rows", "changes", "reason"),
    [
        ([[5.0]], {}, "(1) have 1 distinct row"),
        ([[0.1], [0.1], [0.1]], {}, "(3) have 1 distinct row"),
        ([[0.0], [1.0]], {"minimum": 3}, "no candidate from 3 to 10 can be fitted"),
        ([[0.0], [1.0]], {"maximum": 1}, "with a maximum of 1 the settings allow no other"),
    ],
)
def test_nothing_but_one_cluster_can_be_fitted(rows, changes, reason):
    """A single store, equal stores, or a range out of reach: one cluster, and why."""
    table = score(long_frame(rows), **changes)
    assert table.index.tolist() == [1]
    assert table.loc[1, "is_chosen"]
    assert reason in table.loc[1, "reason"]


def test_one_store_per_cluster_has_no_ratio_scores():
    """Where each store is its own cluster two scores are not defined, and never chosen."""
    components = long_frame([[0.0], [10.0], [11.0]])
    table = score(components, minimum_cluster_size=1, rule="davies_bouldin")
    assert table.loc[3, ["calinski_harabasz", "davies_bouldin"]].isna().all()
    assert table.loc[3, "silhouette"] == 0
    assert table.loc[3, "reason"] == (
        "not chosen: Davies-Bouldin is not defined for one store per cluster"
    )
    pair = score(long_frame([[0.0], [9.0]]), minimum_cluster_size=1, rule="davies_bouldin")
    assert pair.loc[1, "reason"] == "chosen: no valid candidate has a Davies-Bouldin"


def test_more_fixed_clusters_than_stores_are_as_many_as_can_be():
    """One small category does not stop the others; the reason says what happened."""
    table = score(noise(stores=5), fixed=31)
    assert list(table.index[table["is_chosen"]]) == [5]
    assert table.loc[5, "reason"].startswith(
        "chosen: the settings fix 31, but the fitted stores (5) have 5 distinct rows"
    )


def test_reasons_of_votes():
    """Who voted for what, how stable the clusters are, and the same of those not chosen."""
    components, _ = planted([60, 50, 40], seed=0)
    table = score(components, rule="median", minimum_stability=0.6, maximum=4)
    votes = "median of simplified silhouette 3, gap 3, BIC 3"
    assert table.loc[3, "reason"] == f"chosen: {votes}; stability 1.00: stable"
    assert table.loc[4, "reason"] == f"not chosen: {votes} is 3"
    majority = score(components, rule="majority", maximum=4).loc[3, "reason"]
    assert majority.startswith("chosen: majority of silhouette 3, Calinski-Harabasz 3, Davies-")
    by_gap = score(components, rule="gap", maximum=4)["reason"]
    assert by_gap[3].startswith("chosen: first local maximum of the gap (")
    assert by_gap[2] == "not chosen: the gap has its first local maximum at k = 3"


def test_reasons_of_a_gate_that_is_shut():
    """One cluster says what was refused and why, with figures; so does what was refused."""
    table = score(noise(), rule="silhouette", minimum_stability=0.6, resamples=10)
    refused = table.index[table["reason"].str.contains(r"^not chosen: stability 0\.\d+ of")].item()
    stability = table.loc[refused, "stability"]
    doubt = f"stability {stability:.2f} of {refused} clusters is below 0.6"
    assert table.loc[refused, "reason"] == f"not chosen: {doubt}"
    assert table.loc[1, "reason"].startswith("chosen: no reliable structure: best silhouette (")
    anyway = f"cluster_count.fixed: {refused} divides the stores all the same"
    assert table.loc[1, "reason"].endswith(f", but {doubt}; the setting {anyway}")
    assert score(noise(), fixed=refused)["is_chosen"].idxmax() == refused
    square = long_frame(np.random.default_rng(0).uniform(size=(400, 2)))
    table = score(square, rule="silhouette", minimum_stability=0.6, resamples=10)
    assert "clusters are no better than those of uniform noise (gap " in table.loc[1, "reason"]


@pytest.mark.parametrize(
    ("stability", "word"),
    [(0.8, "0.80: stable"), (0.75, "0.75: stable"), (0.7, "0.70: doubtful"), (0.5, "0.50: not")],
)
def test_the_chosen_says_how_stable_it_is(stability, word):
    """Bands of Hennig's clusterboot."""
    scores = pd.DataFrame(
        {
            "is_valid": True,
            "silhouette": [np.nan, 0.5],
            "stability": [np.nan, stability],
            "minimum_size": 1,
        },
        index=[1, 2],
    )
    settings = {"rule": "silhouette", "fixed": None, "minimum_stability": 0}
    reasons = Reasons(
        scores,
        Decision(2, Vote(2, {"silhouette": 2})),
        settings,
        retried_from=None,
        distinct=9,
        fitted=9,
        finds_own=False,
    )
    assert f"; stability {word}" in reasons.of(2)
