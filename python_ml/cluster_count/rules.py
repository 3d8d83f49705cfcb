"""The rules that choose a number of clusters from the scores, and the gate behind them."""

from statistics import median_low
from typing import NamedTuple

import numpy as np
import pandas as pd

BETTER = {
    "silhouette": 1,
    "simplified_silhouette": 1,
    "calinski_harabasz": 1,
    "davies_bouldin": -1,
    "stability": 1,
    "bic": -1,
    "gmm_bic": -1,
}
"""The scores of which the best is taken: 1 where more is better, -1 where less is."""

VOTERS = {
    "median": ("simplified_silhouette", "gap", "bic"),
    "median_gmm": ("simplified_silhouette", "gap", "gmm_bic"),
    "majority": ("silhouette", "calinski_harabasz", "davies_bouldin"),
}
"""The scores that vote, for the rules that have more than one."""

RULES = (*VOTERS, "gap", *BETTER)
"""Every rule; see `vote`."""


class Vote(NamedTuple):
    """What a rule says."""

    count: int | None
    """The number of clusters, or None if no candidate can be chosen."""

    votes: dict[str, int]
    """What each score says for itself."""


def vote(scores: pd.DataFrame, rule: str) -> Vote:
    """Return the number of clusters a rule takes.

    Parameters
    ----------
    scores : DataFrame
        Index: the valid candidates above 1, ascending. A column per score the rule looks at;
        for gap ``gap`` and ``gap_standard_error``. A missing score has no vote.
    rule : str
        - a score of ``BETTER``: the candidate with the best one; scores equal to 9 decimals go
          to the smallest candidate;
        - ``gap``: the first candidate whose gap is not below that of the next one less its
          standard error (Tibshirani, Walther and Hastie 2001, from 2 on), or the last one;
        - ``median``: the median of what simplified silhouette, gap and BIC say: the first errs
          to few clusters, the last to many, on overlapping data. Of two votes the smaller;
        - ``median_gmm``: the same with the BIC of normal mixtures;
        - ``majority``: what two of silhouette, Calinski-Harabasz and Davies-Bouldin say, or
          else what the silhouette says.

    Returns
    -------
    Vote
        The number and the votes.

    Examples
    --------
    >>> scores = pd.DataFrame(
    ...     {
    ...         "simplified_silhouette": [0.5, 0.4, 0.3],
    ...         "gap": [0.1, 0.3, 0.2],
    ...         "gap_standard_error": [0.01, 0.01, 0.01],
    ...         "bic": [90.0, 80.0, 70.0],
    ...     },
    ...     index=[2, 3, 4],
    ... )
    >>> vote(scores, "median")
    Vote(count=3, votes={'simplified_silhouette': 2, 'gap': 3, 'bic': 4})
    """
    said = {name: _say(scores, name) for name in VOTERS.get(rule, (rule,))}
    votes = {name: k for name, k in said.items() if k is not None}
    if not votes:
        return Vote(None, votes)
    if rule == "majority":
        common = max(votes.values(), key=lambda k: (list(votes.values()).count(k), -k))
        decided = list(votes.values()).count(common) > 1 or "silhouette" not in votes
        return Vote(common if decided else votes["silhouette"], votes)
    return Vote(median_low(votes.values()), votes)


def _say(scores, name):
    """Return what one score says, or None."""
    if name == "gap":
        return _first_gap(scores)
    values = (BETTER[name] * scores[name]).round(9).dropna()
    return int(values.idxmax()) if len(values) else None


def _first_gap(scores):
    """Return the first local maximum of the gap, allowing for its error."""
    known = scores[["gap", "gap_standard_error"]].dropna()
    if known.empty:
        return None
    gaps, errors = known["gap"].to_numpy(), known["gap_standard_error"].to_numpy()
    enough = np.round(gaps[:-1] - gaps[1:] + errors[1:], 9) >= 0
    return int(known.index[np.argmax(np.append(enough, True))])


class Decision(NamedTuple):
    """Which number of clusters is chosen, and how it came to that."""

    chosen: int
    """The number; 1 if there is no other to choose, or the gate is shut."""

    vote: Vote
    """What the rule says; no votes where it was not asked."""

    refused: int | None = None
    """The number the rule takes but the gate refuses."""

    failed: str | None = None
    """The figure for which it is refused: ``stability``, ``gap`` or ``border_density``."""


def decide(
    scores: pd.DataFrame, rule: str, minimum_stability: float, maximum_border_density: float
) -> Decision:
    """Return the number of clusters the rule takes, if its clusters are reliable, or 1.

    Rules say which candidate is best, never whether there is any structure at all. That is what
    the gate asks, three times:

    - is it stable? Below 0.6 resampled stores fall into other clusters (bands of Hennig's
      clusterboot: below 0.6 nothing reliable, to 0.75 doubtful, above stable);
    - does it cluster better than noise? Its gap, less its standard error, has to be above the
      gap of one cluster (the test of Tibshirani, Walther and Hastie 2001, of the number taken).
      A long cloud without any groups is cut at the same place again and again, so stability
      alone lets it pass;
    - are there fewer stores at the borders of its clusters, or of fewer that are stable, than
      beside them? A skewed cloud is cut at the same place again and again, too, and is unlike
      uniform noise; but it has no valley (see `border_densities`). Fewer clusters count because
      a group that is cut in two has a full border inside, however far it lies from the others.
      In turn, many components have a seeming valley in any cut of few stores: these are found
      out by the first two questions.

    Parameters
    ----------
    scores : DataFrame
        Index: the candidates, ascending, 1 among them. Columns ``is_valid``, ``stability``,
        ``gap``, ``gap_standard_error``, ``border_density``, and those the rule looks at. A gap
        or border density that is missing is not asked for.
    rule : str
        One of ``RULES``.
    minimum_stability : float
        Least stability of the number the rule takes; 0 switches the whole gate off.
    maximum_border_density : float
        The lowest border density of stable numbers up to the one the rule takes has to be below
        this.

    Returns
    -------
    Decision

    Notes
    -----
    Of 499 sets without groups (normal, correlated, Student's t, uniform in a box and in a ball,
    exponential, lognormal, shares as centred logarithms; 2 to 50 components, 100 to 5,000 stores)
    49 pass the first two questions, most of them exponential, and none passes all three. Of 156
    like them that were drawn after the third question was settled, 10 pass two and none all; of
    121 more that were scaled, cut and reduced as the pipeline does, 13 and 1. Of 133 sets of
    separable groups 132 pass two questions and all three, of 36 sets of overlapping groups 34
    pass two and 33 all. Of 67 public sets of which k-means finds the classes (adjusted Rand
    index 0.6 or more) and that pass two questions, 61 pass all, among them all 26 of which the
    rule takes the right number; of 73 with an index of 0.3 to 0.6, whose classes run into each
    other, 55.

    Examples
    --------
    >>> scores = pd.DataFrame(
    ...     {"is_valid": True, "silhouette": [np.nan, 0.3, 0.2], "stability": [np.nan, 0.7, 0.9]},
    ...     index=[1, 2, 3],
    ... ).assign(gap=[0.1, 0.4, 0.3], gap_standard_error=0.01, border_density=[np.nan, 0.4, 1.5])
    >>> decide(scores, "silhouette", 0.6, 1).chosen, decide(scores, "silhouette", 0.8, 1).chosen
    (2, 1)
    >>> decide(scores, "silhouette", 0.6, 0.4).failed
    'border_density'
    """
    said = vote(scores[scores["is_valid"] & (scores.index > 1)], rule)
    k = said.count
    if k is None:
        return Decision(1, said)
    if not minimum_stability:
        return Decision(k, said)
    if scores.loc[k, "stability"] < minimum_stability:
        return Decision(1, said, refused=k, failed="stability")
    excess = scores.loc[k, "gap"] - scores.loc[k, "gap_standard_error"] - scores.loc[1, "gap"]
    if round(excess, 9) <= 0:
        return Decision(1, said, refused=k, failed="gap")
    if emptiest_border(scores, k, minimum_stability) >= maximum_border_density:
        return Decision(1, said, refused=k, failed="border_density")
    return Decision(k, said)


def emptiest_border(scores: pd.DataFrame, k: int, minimum_stability: float) -> float:
    """Return the lowest border density of up to so many stable clusters, NaN if there is none.

    Parameters
    ----------
    scores : DataFrame
        Index: the candidates; columns ``stability`` and ``border_density``.
    k : int
        The largest number of clusters.
    minimum_stability : float
        Less stable numbers do not count.

    Examples
    --------
    >>> scores = pd.DataFrame(
    ...     {"stability": [0.3, 0.8, 0.9, 1.0], "border_density": [0.2, 0.4, 1.2, 0.3]},
    ...     index=[2, 3, 4, 5],
    ... )
    >>> emptiest_border(scores, 4, 0.6)
    0.4
    """
    counts = (scores.index <= k) & (scores["stability"] >= minimum_stability)
    return float(scores.loc[counts, "border_density"].min())
