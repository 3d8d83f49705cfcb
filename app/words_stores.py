"""Sentences about one store: pure functions, without markup."""

from typing import Any

import pandas as pd

from app import words

BASES = {
    "model": "both sides, what it sells and where it stands",
    "nearest": "both sides; it took no part in finding the clusters and joined the nearest one",
    "internal_only": "what it sells; nothing is known of where it stands",
    "external_only": "where it stands; too little is known of what it sells",
    "both": "both sides",
}

STATES = {
    "is_listed": "is in the store list",
    "is_in_sales": "has sales",
    "is_in_feeds": "has external data",
}


def name(store: dict[str, Any]) -> str:
    """Write id and name of a store."""
    known = store.get("store_name")
    if pd.isna(known) or str(known) == str(store["store_id"]):
        return str(store["store_id"])
    return f"{store['store_id']} · {known}"


def about(store: dict[str, Any]) -> str:
    """Say what is known of a store.

    Examples
    --------
    >>> about({"store_id": "7", "store_name": "Mill", "status": "new", "is_listed": True,
    ...        "is_in_sales": False})
    '7 · Mill (new) is in the store list; has no sales.'
    """
    status = store.get("status")
    known = "" if pd.isna(status) else f" ({status})"
    said = [
        text if store[column] else text.replace("is in", "is not in").replace("has", "has no")
        for column, text in STATES.items()
        if not pd.isna(store.get(column))
    ]
    return f"{name(store)}{known} {'; '.join(said)}." if said else f"{name(store)}{known}."


def cluster(row: dict[str, Any]) -> list[str]:
    """Say in which cluster of a category a store is, how sure it is, and what is next."""
    said = [f"In {row['category']} it is in {row['final']}."]
    confidence = row["confidence"]
    if pd.isna(row["second_best"]):
        said.append("There is no other cluster that it could be in.")
    elif pd.isna(confidence):
        said.append(f"The next best is {row['second_best']}.")
    else:
        said.append(
            f"It is {_sure(confidence)} ({words.percent(confidence)} on the way from the border "
            f"to the middle); the next best is {row['second_best']}."
        )
    basis = BASES.get(row["assignment_basis"], row["assignment_basis"])
    said.append(f"It was decided by {basis}.")
    return said


def _sure(confidence: float) -> str:
    """Say how far inside its cluster a store is."""
    if confidence >= 0.5:
        return "clearly inside"
    return "inside" if confidence >= 0.1 else "on the border"


def move(row: dict[str, Any] | None) -> str:
    """Say why a store is not in the cluster that it was merged into."""
    if row is None:
        return ""
    return f"It was moved from {row['from_label']} to {row['to_label']}: {row['reason']}."


def reasons(found: pd.DataFrame) -> list[str]:
    """Say what decided, in the words of the run."""
    return [str(text) for text in found["sentence"].dropna()]


def missing(rows: pd.DataFrame, categories: int) -> str:
    """Say in how many categories a store has no cluster.

    Examples
    --------
    >>> missing(pd.DataFrame({"category": ["Tea"], "reason": ["no sales"]}), 3)
    'It has no cluster in 1 of 3 categories. Tea: no sales.'
    """
    listed = "; ".join(f"{row.category}: {row.reason}" for row in rows.head(6).itertuples())
    dots = "; …" if len(rows) > 6 else ""
    return (
        f"It has no cluster in {words.count(len(rows))} of "
        f"{words.several(categories, 'category', 'categories')}. {listed}{dots}."
    )


def score(row: dict[str, Any]) -> str:
    """Say which cluster a store would join."""
    if pd.isna(row["final"]):
        return f"In {row['category']} too little is known of it to name a cluster."
    basis = BASES.get(row["basis"], row["basis"])
    return (
        f"In {row['category']} it would join {row['final']}, judged by {basis} "
        f"(confidence {words.percent(row['confidence'])})."
    )


def neighbours(found: pd.DataFrame, category: str, *, is_clustered: bool) -> str:
    """Say in which clusters the nearest stores are."""
    compared, of = found["compared"].iloc[0], found["of"].iloc[0]
    nearest = f"{words.several(len(found), 'nearest store')} in {category}"
    if is_clustered:
        same = int(found["is_same"].sum())
        said = f"{words.count(same)} of its {nearest} {'is' if same == 1 else 'are'} in the same "
        said += "cluster."
    else:
        counts = found["cluster"].value_counts().sort_index(kind="stable")
        most = counts.sort_values(ascending=False, kind="stable")
        said = f"It has no cluster here. Of its {nearest} most ({most.iloc[0]}) are in "
        said += f"{most.index[0]}."
    return (
        f"{said} Nearness is measured on all values that the clustering saw of it, the sides "
        "weighted as for the final clusters."
        + (
            f" Compared are the {words.count(compared)} of {words.count(of)} stores that are "
            "nearest on the map of both sides."
            if compared < of
            else ""
        )
    )


def changes(found: pd.DataFrame) -> str:
    """Say in how many categories the last run changed the cluster of a store.

    Examples
    --------
    >>> changes(pd.DataFrame({"category": []}))
    'The last run changed none of its clusters.'
    """
    if found.empty:
        return "The last run changed none of its clusters."
    where = words.several(len(found), "category", "categories")
    return f"The last run changed its cluster in {where}."


def history(found: pd.DataFrame) -> str:
    """Say how often the cluster of a store changed."""
    changed = int(found.groupby("category")["final"].nunique().gt(1).sum())
    since = found["valid_from"].min()
    start = "" if pd.isna(since) else f" since {since:%d %b %Y}"
    if not changed:
        return f"It has been in the same clusters{start}, as far as published runs go back."
    return f"Its cluster changed in {words.several(changed, 'category', 'categories')}{start}."
