"""Sentences about features and what is drawn of them: pure functions, without markup."""

import pandas as pd

from app.words import NONE, count, percent, several, showing

VALUES = {"raw": "As read", "model": "As the clustering saw them"}
VALUES_HELP = (
    "As read: in their own unit; a share of sales is 0 to 1. As the clustering saw them: after "
    "gaps were filled, outliers pulled in, and all features brought to one scale."
)


def points(shown: int, of: int, missing: int = 0) -> str:
    """Say how many stores are drawn and how many lack a value.

    Examples
    --------
    >>> points(40, 40, 1)
    'Each point is a store. Showing all 40 stores, but 1 store lacks a value and is not drawn.'
    """
    said = f"Each point is a store. {showing(shown, of)}"
    if not missing:
        return said
    lack = "lacks a value and is" if missing == 1 else "lack a value and are"
    return f"{said.rstrip('.')}, but {several(missing, 'store')} {lack} not drawn."


def lines(shown: int, of: int) -> str:
    """Say what the lines of the stores are."""
    return f"Each line is a store. {showing(shown, of)}"


def medians(clusters: int, statistics: pd.DataFrame) -> str:
    """Say what the lines of the clusters are.

    Parameters
    ----------
    statistics
        As `spread` takes them, of all features.

    Examples
    --------
    >>> statistics = pd.DataFrame(
    ...     {"feature": ["tea"], "cluster": [None], "store_count": [9], "measured": [9]}
    ... )
    >>> medians(3, statistics)
    'Each line is a cluster: it joins the medians of its stores in 1 feature. Showing 3 clusters.'
    """
    return (
        "Each line is a cluster: it joins the medians of its stores in "
        f"{several(statistics['feature'].nunique(), 'feature')}. "
        f"Showing {several(clusters, 'cluster')}."
    ) + sampled(statistics)


def selected(number: int, drawn: int) -> str:
    """Say how many stores were selected in the chart.

    Examples
    --------
    >>> selected(0, 38)
    'Draw a box or a lasso around points, or click them, to list these stores here.'
    >>> selected(2, 38)
    'Showing 2 of 38 stores: those selected in the chart.'
    """
    if not number:
        return "Draw a box or a lasso around points, or click them, to list these stores here."
    return f"Showing {count(number)} of {several(drawn, 'store')}: those selected in the chart."


def spread(statistics: pd.DataFrame) -> str:
    """Say how one feature differs between clusters.

    Parameters
    ----------
    statistics
        One row per cluster, and one for all stores (`cluster` empty): `title`, `median`,
        `store_count`, `missing_count`, `measured`.
    """
    everyone = statistics[statistics["cluster"].isna()].iloc[0]
    name = everyone["feature"]
    missing = int(everyone["missing_count"])
    of = several(int(everyone["store_count"]), "store")
    if missing == everyone["store_count"]:
        return f"No store has a value of {name}."
    found = statistics[statistics["cluster"].notna() & statistics["median"].notna()]
    high, low = (found.loc[pick(found["median"])] for pick in (pd.Series.idxmax, pd.Series.idxmin))
    said = f"{name}: the median of all stores is {number(everyone['median'])}"
    if high["median"] > low["median"]:
        said += (
            f"; it is highest in {high['title']} ({number(high['median'])}) and lowest in "
            f"{low['title']} ({number(low['median'])})"
        )
    shown = count(everyone["store_count"] - missing)
    said += (
        f". Summed up over {shown} of {of}: the others have no value."
        if missing
        else f". Summed up over all {of}."
    )
    return said + sampled(statistics)


def sampled(statistics: pd.DataFrame) -> str:
    """Say, after another sentence, of how many stores figures are, if not of all.

    Examples
    --------
    >>> sampled(pd.DataFrame({"cluster": [None], "store_count": [1000], "measured": [100]}))
    ' The figures are estimated from 100 of 1,000 stores, picked at random.'
    """
    everyone = statistics[statistics["cluster"].isna()].iloc[0]
    measured, of = everyone["measured"], everyone["store_count"]
    if measured == of:
        return ""
    of = several(int(of), "store")
    return f" The figures are estimated from {count(measured)} of {of}, picked at random."


def number(value: float | None) -> str:
    """Write a value with three digits that count.

    Examples
    --------
    >>> number(0.12345), number(12345.6), number(None)
    ('0.123', '12,346', '—')
    """
    if pd.isna(value):
        return NONE
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def explained(shares: pd.DataFrame, axes: int) -> str:
    """Say which part of the differences between stores the axes show.

    Parameters
    ----------
    shares
        One row per axis, in order: `axis`, `share` (empty if it is not known).
    axes
        How many of them are drawn.

    Examples
    --------
    >>> explained(pd.DataFrame({"axis": [1, 2, 3], "share": [0.5, 0.25, 0.125]}), 2)
    'These 2 axes show 75.0 % of the differences between stores (50.0 % and 25.0 %).'
    """
    drawn = shares["share"].head(axes)
    if drawn.isna().any() or drawn.empty:
        return "Which part of the differences between stores the axes show is not known here."
    said = [percent(share) for share in drawn]
    return (
        f"These {axes} axes show {percent(drawn.sum())} of the differences between stores "
        f"({', '.join(said[:-1])} and {said[-1]})."
    )


SPACES = {"joint": "Both sides", "internal": "Internal", "external": "External"}
METHODS = {"pca": "Principal components", "tsne": "t-SNE"}

TSNE = (
    "t-SNE keeps neighbours together: stores that lie close are alike. The axes, the sizes of "
    "groups and the distances between them have no meaning."
)


def loadings(shown: int, of: int) -> str:
    """Say what the table of loadings shows.

    Examples
    --------
    >>> loadings(4, 4)
    'How each feature goes together with each axis: +1 fully, 0 not at all, -1 in opposite \
directions. Showing all 4 features.'
    """
    said = (
        "How each feature goes together with each axis: +1 fully, 0 not at all, -1 in opposite "
        "directions."
    )
    if shown == of:
        return f"{said} Showing all {several(of, 'feature')}."
    return f"{said} Showing {count(shown)} of {several(of, 'feature')}, the first ones."


def offer(stores: int, of: int, without: int) -> str:
    """Say what would be computed.

    Parameters
    ----------
    stores
        How many would be placed.
    of
        How many there are.
    without
        How many of those picked lack a value and are left out.
    """
    said = f"This places {count(stores)} of {several(of, 'store')} anew by the chosen features"
    picked = stores + without
    if picked < of:
        said += ", of every cluster its share, picked at random"
    if without:
        lack = "lacks" if without == 1 else "lack"
        said += f"; {several(without, 'store')} {lack} one of the values"
    return f"{said}. It changes nothing that is published."


def progress(seconds: float, stores: int, has_components: bool) -> tuple[float, str]:
    """Return how far a computation is, 0 to 1, and what it does.

    How long t-SNE takes is a guess from the number of stores, so the end is never promised.

    Examples
    --------
    >>> progress(1.0, 200, False)
    (0.1, 'Principal components of 200 stores · 1 second so far')
    """
    so_far = f"{several(int(seconds), 'second')} so far"
    if not has_components:
        return 0.1, f"Principal components of {several(stores, 'store')} · {so_far}"
    usual = usual_seconds(stores)
    part = 0.2 + 0.75 * min(seconds / usual, 1)
    return part, (
        f"t-SNE of {several(stores, 'store')} · {so_far}, usually about "
        f"{several(max(round(usual), 1), 'second')}"
    )


def usual_seconds(stores: int) -> float:
    """Return how long the projections of so many stores usually take on one thread, in seconds.

    Measured on 236, 2,000 and 5,000 stores of 15 to 20 features: 2, 9 and 39 seconds.

    Examples
    --------
    >>> usual_seconds(2_000)
    8.0
    """
    return 2 + 1.5 * (stores / 1_000) ** 2
