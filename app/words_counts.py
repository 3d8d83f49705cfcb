"""Sentences about the choice of the number of clusters: pure functions, without markup."""

from typing import Any

import pandas as pd

from app import words

RULES = {
    "median": "the median of the numbers that simplified silhouette, gap and BIC find best",
    "median_gmm": "the median of the numbers that three scores find best, one of them the BIC "
    "of mixtures",
    "majority": "the number that most scores find best",
    "gap": "the gap statistic alone",
    "silhouette": "the silhouette alone",
    "simplified_silhouette": "the simplified silhouette alone",
    "calinski_harabasz": "the score of Calinski and Harabasz alone",
    "davies_bouldin": "the score of Davies and Bouldin alone",
    "stability": "the most stable number",
    "bic": "the Bayesian information criterion (BIC) alone",
    "gmm_bic": "the BIC of mixtures alone",
}

STAGES = {
    "internal": "Internal clusters",
    "external": "External clusters",
    "final": "Final clusters",
}


def choice(scores: pd.DataFrame, rule: dict[str, Any]) -> list[str]:
    """Say which number was chosen, by which rule, for which reason."""
    chosen = scores[scores["is_chosen"].astype("bool")]
    if chosen.empty:
        return ["No number of clusters was chosen for this side."]
    best = chosen.iloc[0]
    said = [f"{words.several(int(best['k']), 'cluster')} chosen. {_sentence(best['reason'])}"]
    if not pd.isna(rule.get("fixed")):
        said.append("The settings fix this number, whatever the scores say.")
    elif rule.get("rule"):
        asked = RULES.get(rule["rule"], str(rule["rule"]))
        said.append(f"The rule of the settings takes {asked}.")
    return said


def validity(scores: pd.DataFrame) -> str:
    """Say which numbers could have been chosen.

    Examples
    --------
    >>> validity(pd.DataFrame({"k": [2, 3, 4], "is_valid": [True, True, False],
    ...                        "minimum_size": 5}))
    '2 and 3 could be chosen; with 4 a cluster would have fewer than 5 stores.'
    """
    valid = scores[scores["is_valid"].astype("bool")]["k"].tolist()
    invalid = scores[~scores["is_valid"].astype("bool")]["k"].tolist()
    needed = words.several(int(scores["minimum_size"].max()), "store")
    if not invalid:
        return (
            f"All numbers tried, {ranges(valid)}, could be chosen: their smallest clusters have "
            f"at least {needed}."
        )
    refused = f"with {ranges(invalid)} a cluster would have fewer than {needed}."
    return f"{ranges(valid)} could be chosen; {refused}" if valid else f"None could: {refused}"


def ranges(numbers: list[int]) -> str:
    """Write whole numbers in a short way.

    Examples
    --------
    >>> ranges([1, 2, 3, 7]), ranges([2, 3]), ranges([4])
    ('1 to 3 and 7', '2 and 3', '4')
    """
    runs: list[list[int]] = []
    for number in sorted(map(int, numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [
        part
        for run in runs
        for part in (map(str, run) if len(run) < 3 else [f"{run[0]} to {run[-1]}"])
    ]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def stability(scores: pd.DataFrame) -> str:
    """Say whether the chosen number would be found again with other stores."""
    chosen = scores[scores["is_chosen"].astype("bool")]
    value = chosen["stability"].iloc[0] if "stability" in scores and len(chosen) else None
    if pd.isna(value):
        return "How stable the chosen number is was not measured."
    if value >= 0.75:
        verdict = "stable: other stores of the same kind would give nearly the same clusters"
    elif value >= 0.6:
        verdict = "doubtful: a part of the stores would change clusters"
    else:
        verdict = "not reliable: other stores would give other clusters"
    return (
        f"Clusterings of resampled stores agree to {value:.2f} (1 is always the same), which is "
        f"{verdict}."
    )


def silhouettes(stores: pd.DataFrame) -> list[str]:
    """Say how clearly the stores belong to their clusters, and which cluster is least clear."""
    first = stores.iloc[0]
    measured, misplaced = int(first["measured"]), int(first["misplaced"])
    by_cluster = stores.drop_duplicates("cluster").sort_values("cluster_mean")
    worst = by_cluster.iloc[0]
    are = "is" if misplaced == 1 else "are"
    return [
        f"The mean silhouette is {first['mean']:.2f}; {words.count(misplaced)} of "
        f"{words.several(measured, 'store')} {are} nearer to another cluster than to "
        f"{'its' if misplaced == 1 else 'their'} own (below 0). The least clear cluster is "
        f"{worst['title']} with {worst['cluster_mean']:.2f}.",
        words.showing(len(stores), measured),
    ]


def trial(figures: pd.DataFrame) -> list[str]:
    """Say what a trial gives beside what is published."""
    said = []
    for stage, rows in figures.groupby("stage", sort=False):
        published, tried = (
            rows[rows["which"] == which].iloc[0] for which in ("published", "tried")
        )
        said.append(
            f"{STAGES.get(stage, stage)}: {words.count(tried['cluster_count'])} instead of "
            f"{words.count(published['cluster_count'])}; silhouette "
            f"{number(tried['silhouette'])} instead of {number(published['silhouette'])}; the "
            f"smallest has {words.several(int(tried['smallest_cluster']), 'store')} instead of "
            f"{words.count(published['smallest_cluster'])}."
        )
    return said or ["Neither the number nor the minimum size differs from what is published."]


def sample(taken: int, of: int) -> str:
    """Say on how many stores a trial ran.

    Examples
    --------
    >>> sample(40, 40)
    'Tried on all 40 stores.'
    """
    if taken >= of:
        return f"Tried on all {words.several(of, 'store')}."
    return (
        f"Tried on {words.count(taken)} of {words.several(of, 'store')}, always the same ones, so "
        "that it takes seconds; sizes are of these stores."
    )


def minimum(setting: float) -> str:
    """Write the smallest final cluster of the settings.

    Examples
    --------
    >>> minimum(0.02), minimum(5)
    ('2 %', '5')
    """
    return f"{100 * setting:g} %" if 0 < setting < 1 else words.count(setting)


def number(value: float | None) -> str:
    """Write a figure with two decimals."""
    return words.NONE if pd.isna(value) else f"{value:.2f}"


def _sentence(reason: object) -> str:
    """Write a reason as a sentence."""
    if pd.isna(reason):
        return "No reason is recorded."
    text = str(reason).strip().rstrip(".").removeprefix("chosen: ")
    return f"{text[:1].upper()}{text[1:]}."
