"""Sentences about one cluster: pure functions, without markup."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from app.words import count, percent, several

LARGE, MEDIUM = 0.8, 0.5
"""From which effect size on a difference is large or medium (Cohen 1988)."""


def cluster(found: Mapping[str, Any], clusters: int) -> str:
    """Say how large a cluster is.

    Examples
    --------
    >>> cluster({"title": "2 · Town", "store_count": 12, "store_share": 0.3,
    ...          "sales_amount": 5000, "sales_share": 0.25}, 3)
    '2 · Town, one of 3 clusters: 12 stores (30.0 % of the stores) with 25.0 % of the sales.'
    """
    one_of = "the only cluster" if clusters == 1 else f"one of {clusters} clusters"
    return (
        f"{found['title']}, {one_of}: {several(found['store_count'], 'store')} "
        f"({percent(found['store_share'])} of the stores) with {percent(found['sales_share'])} "
        "of the sales."
    )


def small(found: Mapping[str, Any]) -> str:
    """Say that a cluster is small and, where it is known, why it stands all the same."""
    if not found["is_small"]:
        return ""
    reason = found.get("small_reason")
    if pd.isna(reason) or not str(reason).strip():
        return "It has fewer stores than the minimum."
    return f"It has fewer stores than the minimum: {str(reason).strip().rstrip('.')}."


def features(found: pd.DataFrame) -> str:
    """Say in which features a cluster differs clearly from all other stores.

    Examples
    --------
    >>> features(pd.DataFrame({"feature": ["tea", "age"], "effect_size": [1.5, -0.1]}))
    'It has clearly more of tea than the other stores. That is 1 of 2 features.'
    """
    strong = found[found["effect_size"].abs() >= LARGE]
    if strong.empty:
        return (
            f"In none of {several(len(found), 'feature')} does it differ clearly from the other "
            "stores."
        )
    said = [
        f"clearly {more} of {_listed(names)}"
        for more, names in (
            ("more", strong.loc[strong["effect_size"] > 0, "feature"]),
            ("less", strong.loc[strong["effect_size"] < 0, "feature"]),
        )
        if len(names)
    ]
    are = "That is" if len(strong) == 1 else "These are"
    return (
        f"It has {' and '.join(said)} than the other stores. {are} {count(len(strong))} of "
        f"{several(len(found), 'feature')}."
    )


def _listed(names: pd.Series, most: int = 3) -> str:
    """Name the first ones and count the rest."""
    shown = [str(name) for name in names.head(most)]
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def bars(shown: int, of: int, what: str) -> str:
    """Say how many bars a chart of the first rows shows.

    Examples
    --------
    >>> bars(15, 40, "feature"), bars(3, 3, "feature")
    ('Showing 15 of 40 features, the first ones.', 'Showing all 3 features.')
    """
    if shown == of:
        return f"Showing all {several(of, what)}."
    return f"Showing {count(shown)} of {several(of, what)}, the first ones."


def rules(found: pd.DataFrame) -> str:
    """Say what the rules of a cluster are for."""
    if found.empty:
        return "No rule describes it."
    return (
        f"A store belongs here if it fulfils {'this rule' if len(found) == 1 else 'one of these'}"
        ", in the values as they were read."
    )


def need_states(found: pd.DataFrame) -> str:
    """Say what a cluster sells most, and what more than the chain."""
    if found.empty:
        return "Nothing was sold."
    most = found.iloc[0]
    sentence = (
        f"It sells most of {most['need_state']}: {percent(most['share_of_cluster'])} of its sales, "
        f"against {percent(most['share_of_chain'])} in the chain."
    )
    compared = found[found["index_vs_chain"].notna()]
    if compared.empty:
        return sentence
    above = compared.loc[compared["index_vs_chain"].idxmax()]
    if above["index_vs_chain"] <= 100:
        return sentence
    return (
        f"{sentence} Most above the chain is {above['need_state']} "
        f"(index {count(above['index_vs_chain'])})."
    )


def stores(typical: int, borderline: int, of: int) -> str:
    """Say which of the stores of a cluster are shown."""
    return (
        f"Showing the {count(typical)} nearest to the middle and the {count(borderline)} least "
        f"sure of {several(of, 'store')}; the files hold all."
    )
