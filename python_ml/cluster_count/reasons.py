"""Why a number of clusters is chosen, or not, in words."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from python_ml.cluster_count.rules import VOTERS, Decision, emptiest_border

NAMES = {
    "silhouette": "silhouette",
    "simplified_silhouette": "simplified silhouette",
    "calinski_harabasz": "Calinski-Harabasz",
    "davies_bouldin": "Davies-Bouldin",
    "stability": "stability",
    "gap": "gap",
    "bic": "BIC",
    "gmm_bic": "GMM-BIC",
}
"""What people call a score."""

STABLE, DOUBTFUL = 0.75, 0.6
"""Bands of Hennig's clusterboot: from here on stable, and from here on doubtful."""


@dataclass(frozen=True)
class Reasons:
    """The reasons of one category."""

    scores: pd.DataFrame
    """Index: the candidates, ascending; columns ``is_valid``, ``smallest_cluster``,
    ``minimum_size``, ``stability``, and those the rule looks at."""

    decision: Decision
    """What was chosen and how."""

    settings: dict
    """``rule``, ``fixed``, ``minimum``, ``maximum``, ``minimum_stability``."""

    retried_from: int | None
    """The minimum size no candidate met, in stores, if a smaller one applies."""

    distinct: int
    """Distinct rows of the fitted stores."""

    fitted: int
    """The fitted stores."""

    finds_own: bool
    """The algorithm cannot be told a number."""

    @property
    def rule(self) -> str:
        """The rule of the settings."""
        return self.settings["rule"]

    @property
    def fixed(self) -> int | None:
        """The number the settings fix, if the algorithm can be told one."""
        return None if self.finds_own else self.settings["fixed"]

    def of(self, k: int) -> str:
        """Return the reason of one candidate."""
        if k != self.decision.chosen:
            return self._why_not(k)
        if self.fixed is not None:
            return self._why_fixed(k)
        if k > 1:
            return f"chosen: {self._choice()}; {self._band(k)}{self._retry()}"
        return f"chosen: {self._why_one()}"

    def _choice(self):
        """Say what the rule, or the algorithm, takes."""
        k = self.decision.vote.count
        if self.finds_own:
            return f"the algorithm finds {_count(k, 'cluster')} by itself{self._unheard()}"
        if self.rule in VOTERS:
            return self._votes()
        candidates = _count(
            int((self.scores["is_valid"] & (self.scores.index > 1)).sum()), "valid candidate"
        )
        if self.rule == "gap":
            return (
                f"first local maximum of the gap ({self.scores.loc[k, 'gap']:.3f}) in {candidates}"
            )
        return f"best {NAMES[self.rule]} ({self.scores.loc[k, self.rule]:.3f}) of {candidates}"

    def _votes(self):
        """Say who voted for what."""
        votes = self.decision.vote.votes
        said = ", ".join(f"{NAMES[name]} {k}" for name, k in votes.items())
        if self.rule != "majority":
            return f"median of {said}"
        if list(votes.values()).count(self.decision.vote.count) > 1:
            return f"majority of {said}"
        return f"no majority of {said}, so the silhouette decides"

    def _unheard(self):
        """Say that a fixed number has no effect."""
        fixed = self.settings["fixed"]
        return "" if fixed is None else f" (it cannot be told the {fixed} the settings fix)"

    def _band(self, k):
        """Say how stable the chosen clusters are."""
        stability = self.scores.loc[k, "stability"]
        word = "not reliable"
        if stability >= DOUBTFUL:
            word = "stable" if stability >= STABLE else "doubtful"
        return f"stability {stability:.2f}: {word}"

    def _retry(self):
        """Say that a smaller minimum applies."""
        if self.retried_from is None:
            return ""
        return (
            f"; no candidate has every cluster at the minimum of {self.retried_from}, so the "
            f"smaller one of {_count(self._minimum(), 'store')} applies"
        )

    def _why_fixed(self, k):
        doubt = "" if self.scores.loc[k, "is_valid"] else f", although {self._too_small(k)}"
        if k < self.fixed:
            return (
                f"chosen: the settings fix {self.fixed}, but the fitted stores "
                f"({self.fitted:,}) have {_count(self.distinct, 'distinct row')}{doubt}"
            )
        return f"chosen: fixed by the settings{doubt}"

    def _why_one(self):
        several = self.scores[self.scores.index > 1]
        if self.decision.refused is not None:
            return (
                f"no reliable structure: {self._choice()}, but {self._doubt()}{self._retry()}"
                f"{self._all_the_same()}"
            )
        if several.empty:
            return self._why_alone()
        if several["is_valid"].any():
            return f"no valid candidate has a {NAMES.get(self.rule, self.rule)}"
        if self.finds_own:
            found = several.index[-1]
            return (
                f"the algorithm finds {_count(found, 'cluster')}{self._unheard()}, but "
                f"{self._too_small(found)}"
            )
        first = self.retried_from or self._minimum()
        smaller = (
            "" if self.retried_from is None else f", nor at the smaller one of {self._minimum()}"
        )
        return (
            f"no candidate from {several.index[0]} to {several.index[-1]} has every cluster at "
            f"the minimum of {_count(first, 'store')}{smaller}"
        )

    def _why_alone(self):
        least, most = max(self.settings["minimum"], 2), self.settings["maximum"]
        if self.finds_own:
            return f"the algorithm finds no clusters{self._unheard()}"
        if most < least:
            return f"with a maximum of {most} the settings allow no other candidate"
        return (
            f"no candidate from {least} to {most} can be fitted, the fitted stores "
            f"({self.fitted:,}) have {_count(self.distinct, 'distinct row')}"
        )

    def _why_not(self, k):
        if not self.scores.loc[k, "is_valid"]:
            return f"not valid: {self._too_small(k)}"
        if self.fixed is not None:
            return f"not chosen: k = {self.decision.chosen} is fixed by the settings"
        if k == 1:
            return (
                "not chosen: one cluster is kept only where no other number can be chosen or "
                "is reliable"
            )
        if k == self.decision.refused:
            return f"not chosen: {self._doubt()}"
        best = self.decision.vote.count
        if best is None:
            return f"not chosen: {NAMES.get(self.rule, self.rule)} is not defined for it"
        if self.rule in VOTERS:
            return f"not chosen: {self._votes()} is {best}"
        if self.rule == "gap":
            return f"not chosen: the gap has its first local maximum at k = {best}"
        return f"not chosen: {self._compared(k, best)}"

    def _compared(self, k, best):
        """Say how the score of one candidate stands to that of the best."""
        name, own, top = (
            NAMES[self.rule],
            self.scores.loc[k, self.rule],
            self.scores.loc[best, self.rule],
        )
        if np.isnan(own):
            return f"{name} is not defined for one store per cluster"
        if round(own, 9) == round(top, 9):
            return f"{name} {own:.3f} is equal to that of k = {best}, which is smaller"
        # As many digits as it takes to see the difference.
        digits = next(d for d in range(3, 11) if d == 10 or f"{own:.{d}f}" != f"{top:.{d}f}")
        relation = "lower" if own < top else "higher"
        return f"{name} {own:.{digits}f} is {relation} than {top:.{digits}f} of k = {best}"

    def _doubt(self):
        """Say why the gate is shut."""
        k = self.decision.refused
        if self.decision.failed == "stability":
            least, stability = self.settings["minimum_stability"], self.scores.loc[k, "stability"]
            # 0.599 must not read as 0.60 below 0.6.
            digits = next(d for d in range(2, 11) if d == 10 or float(f"{stability:.{d}f}") < least)
            return f"stability {stability:.{digits}f} of {_count(k, 'cluster')} is below {least:g}"
        if self.decision.failed == "border_density":
            least, most = (
                self.settings[name] for name in ("minimum_stability", "maximum_border_density")
            )
            density = emptiest_border(self.scores, k, least)
            return (
                f"the borders of {_count(k, 'cluster')}, or of fewer, are no emptier than what "
                f"lies beside them (lowest border density {density:.2f} is not below {most:g})"
            )
        gap, error = self.scores.loc[k, ["gap", "gap_standard_error"]]
        return (
            f"{_count(k, 'cluster')} are no better than those of uniform noise (gap {gap:.3f} less "
            f"its error {error:.3f} is not above {self.scores.loc[1, 'gap']:.3f} of one cluster)"
        )

    def _all_the_same(self):
        """Say how to get the clusters that were refused."""
        if self.finds_own:
            return ""
        k = self.decision.refused
        return f"; the setting cluster_count.fixed: {k} divides the stores all the same"

    def _minimum(self):
        return int(self.scores["minimum_size"].iloc[0])

    def _too_small(self, k):
        smallest = _count(int(self.scores.loc[k, "smallest_cluster"]), "store")
        return f"smallest cluster has {smallest}, minimum is {self._minimum()}"


def _count(number, noun):
    """Write a number with its noun in the right form."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
