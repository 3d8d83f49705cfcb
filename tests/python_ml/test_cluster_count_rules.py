"""Rules: each takes another number from the same table, and the gate may refuse it."""

import numpy as np
import pandas as pd
import pytest

from python_ml.cluster_count.rules import RULES, decide, emptiest_border, vote

EACH_ANOTHER = {
    "silhouette": 2,
    "simplified_silhouette": 3,
    "calinski_harabasz": 4,
    "davies_bouldin": 5,
    "stability": 6,
    "bic": 7,
    "gmm_bic": 8,
    "gap": 9,
    "median": 7,
    "median_gmm": 8,
    "majority": 2,
}
"""What each rule says of the table below."""


def each_another():
    """Return scores of which each is best at another number."""
    table = pd.DataFrame(index=range(2, 12))
    for name in ("silhouette", "simplified_silhouette", "calinski_harabasz", "stability"):
        table[name] = -np.abs(table.index - EACH_ANOTHER[name]).astype(float)
    for name in ("davies_bouldin", "bic", "gmm_bic"):
        table[name] = np.abs(table.index - EACH_ANOTHER[name]).astype(float)
    table["gap"] = -np.abs(table.index - EACH_ANOTHER["gap"]).astype(float)
    return table.assign(gap_standard_error=0.01)


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_takes_its_own_number(rule):
    """No rule can be swapped for another: single scores differ, and so do the votes."""
    assert vote(each_another(), rule).count == EACH_ANOTHER[rule]
    assert set(EACH_ANOTHER) == set(RULES)


def test_rules_of_votes_tell_who_said_what():
    """The votes of median and majority are those of the single rules."""
    for rule, names in {
        "median": ["simplified_silhouette", "gap", "bic"],
        "median_gmm": ["simplified_silhouette", "gap", "gmm_bic"],
        "majority": ["silhouette", "calinski_harabasz", "davies_bouldin"],
    }.items():
        said = vote(each_another(), rule)
        assert said.votes == {name: vote(each_another(), name).count for name in names}


def test_a_majority_outvotes_the_silhouette():
    """Two of three decide; the silhouette only where all three differ."""
    table = each_another()
    table["davies_bouldin"] = np.abs(table.index - 4).astype(float)
    assert vote(table, "majority").count == 4
    table["davies_bouldin"] = np.abs(table.index - 5).astype(float)
    assert vote(table, "majority").count == 2


def test_gap_stops_at_the_first_local_maximum():
    """A later, higher gap does not count, one within the error of the next does."""
    table = pd.DataFrame({"gap": [1.0, 2.0, 1.5, 3.0]}, index=[2, 3, 4, 5])
    assert vote(table.assign(gap_standard_error=0.1), "gap").count == 3
    assert vote(table.assign(gap_standard_error=1.1), "gap").count == 2
    rising = pd.DataFrame({"gap": [1.0, 2.0], "gap_standard_error": 0.1}, index=[2, 3])
    assert vote(rising, "gap").count == 3


@pytest.mark.parametrize("rule", ["silhouette", "bic", "gap", "median", "majority"])
def test_ties_go_to_the_smallest(rule):
    """Differences beyond 9 decimals are none."""
    table = pd.DataFrame(0.1 + 0.2, index=[3, 4, 5], columns=each_another().columns)
    table.loc[4] += 1e-12
    assert vote(table.assign(gap_standard_error=0.0), rule).count == 3


def test_missing_scores_do_not_vote():
    """Two votes are enough, none is none."""
    table = each_another().assign(gap=np.nan)
    assert vote(table, "median").votes == {"simplified_silhouette": 3, "bic": 7}
    assert vote(table, "median").count == 3
    assert vote(table, "gap").count is None
    assert vote(table.iloc[:0], "median").count is None


def gate(stability=0.8, excess=1.0, border_density=0.5):
    """Return scores of two clusters that the gate is to judge."""
    return pd.DataFrame(
        {
            "is_valid": True,
            "silhouette": [np.nan, 0.5],
            "stability": [np.nan, stability],
            "gap": [0.1, 0.1 + excess],
            "gap_standard_error": 0.05,
            "border_density": [np.nan, border_density],
        },
        index=[1, 2],
    )


@pytest.mark.parametrize(
    ("scores", "minimum", "chosen", "failed"),
    [
        (gate(), 0.6, 2, None),
        (gate(stability=0.59), 0.6, 1, "stability"),
        (gate(stability=0.6), 0.6, 2, None),
        (gate(stability=0.59), 0.5, 2, None),
        (gate(excess=0.04), 0.6, 1, "gap"),
        (gate(excess=0.06), 0.6, 2, None),
        (gate(border_density=0.99), 0.6, 2, None),
        (gate(border_density=1), 0.6, 1, "border_density"),
        (gate(stability=0.1, excess=-1, border_density=9), 0, 2, None),
        (gate(stability=-0.1), 0, 2, None),
        (gate(excess=np.nan), 0.6, 2, None),
        (gate(border_density=np.nan), 0.6, 2, None),
    ],
)
def test_the_gate_asks_for_stability_a_gap_and_empty_borders(scores, minimum, chosen, failed):
    """Each may refuse the number that the rule takes; a minimum of 0 lets all pass."""
    decision = decide(scores, "silhouette", minimum, 1)
    assert (decision.chosen, decision.failed) == (chosen, failed)
    assert decision.refused == (2 if failed else None)


def test_the_maximum_border_density_is_obeyed():
    """The same borders pass a higher maximum, and not a lower one."""
    assert decide(gate(border_density=1.2), "silhouette", 0.6, 1.3).chosen == 2
    assert decide(gate(border_density=0.5), "silhouette", 0.6, 0.5).chosen == 1


def test_a_group_that_is_cut_in_two_still_stands_apart():
    """The borders of fewer clusters count if these are stable; those of more never do."""
    table = gate(border_density=0.5)
    table.loc[3] = [True, 0.6, 0.8, 2, 0.05, 1.5]
    assert decide(table, "silhouette", 0.6, 1).chosen == 3
    assert decide(table, "silhouette", 0.6, 0.5).failed == "border_density"
    table.loc[2, "stability"] = 0.5
    assert decide(table, "silhouette", 0.6, 1).failed == "border_density"
    table.loc[2] = [True, 0.9, 0.8, 2, 0.05, 1.5]
    table.loc[3, "border_density"] = 0.5
    assert decide(table, "silhouette", 0.6, 1).failed == "border_density"


def test_the_emptiest_border_may_be_missing():
    """As it is where borders are not half way between centroids."""
    assert np.isnan(emptiest_border(gate(border_density=np.nan), 2, 0.6))
