"""Numbers and sentences for people: pure functions, without markup."""

from typing import Any

import pandas as pd

NONE = "—"

DATASETS = {
    "internal": "What the stores sell (internal data)",
    "external": "Where the stores stand (external data)",
}

STAGES = {
    "final": "Final",
    "merged": "Merged",
    "internal": "Internal",
    "external": "External",
}

SIDES = {"internal": "Internal", "external": "External"}

STAGES_HELP = (
    "Final: the clusters to plan with. Merged: internal and external together, before small "
    "clusters are dissolved. Internal: by what the stores sell. External: by where they stand."
)


def count(number: float | None) -> str:
    """Write a number whole, with thousands apart.

    Examples
    --------
    >>> count(1234.4), count(None)
    ('1,234', '—')
    """
    return NONE if pd.isna(number) else f"{number:,.0f}"


def percent(share: float | None) -> str:
    """Write a share of one as a percentage.

    Examples
    --------
    >>> percent(0.1234), percent(None)
    ('12.3 %', '—')
    """
    return NONE if pd.isna(share) else f"{share:.1%}".replace("%", " %")


def several(number: int, one: str, more: str | None = None) -> str:
    """Write how many there are of something.

    Examples
    --------
    >>> several(1, "store"), several(1200, "store"), several(2, "category", "categories")
    ('1 store', '1,200 stores', '2 categories')
    """
    return f"{count(number)} {one if number == 1 else more or one + 's'}"


def run_line(run: dict[str, Any] | None) -> str:
    """Say which run made what is shown, with which versions."""
    if run is None:
        return "The run that published this is not recorded."
    versions = ", ".join(f"{name} {value}" for name, value in run["versions"].items())
    parts = [run_name(run), f"target {run['target']}"]
    return " · ".join(parts + ([versions] if versions else []))


def run_name(run: dict[str, Any] | None) -> str:
    """Say which run it was and when it started."""
    if run is None:
        return "Run unknown"
    started = (
        "at an unknown time"
        if pd.isna(run["started_at"])
        else f"started {run['started_at']:%d %b %Y, %H:%M} UTC"
    )
    return f"Run {str(run['run_id'])[:8]} · {started}"


def counts(category: str, figures: dict[str, int]) -> str:
    """Say how many stores of a category are in clusters.

    Examples
    --------
    >>> counts("Tea", {"stores_clustered": 38, "stores_left_out": 2, "clusters": 3})
    'Tea: 38 of 40 stores in 3 clusters'
    """
    stores = figures["stores_clustered"] + figures["stores_left_out"]
    clustered = count(figures["stores_clustered"])
    return f"{category}: {clustered} of {several(stores, 'store')} in " + several(
        figures["clusters"], "cluster"
    )


def page_line(run: dict[str, Any] | None, category: str, figures: dict[str, int]) -> str:
    """Say which run a page shows and, of a category, how much is in clusters."""
    return " · ".join([run_name(run)] + ([counts(category, figures)] if category else []))


def showing(shown: int, of: int, what: str = "store") -> str:
    """Say how much of what there is is shown, and how it was picked.

    Examples
    --------
    >>> showing(40, 40)
    'Showing all 40 stores.'
    >>> showing(5_000, 90_000)
    'Showing 5,000 of 90,000 stores: of every cluster its share, picked at random.'
    """
    if shown == of:
        return f"Showing all {several(of, what)}."
    return (
        f"Showing {count(shown)} of {several(of, what)}: of every cluster its share, "
        "picked at random."
    )


def totals(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return label, value and explanation of each figure of the whole publish."""
    return [
        (
            "Stores clustered",
            count(figures["stores_clustered"]),
            "Stores with a cluster in at least one category.",
        ),
        (
            "Clusters",
            count(figures["clusters"]),
            f"Over {several(figures['categories'], 'category', 'categories')}.",
        ),
        (
            "Sales planned",
            count(figures["sales_planned"]),
            "Sales of the stores in clusters, over all categories.",
        ),
        (
            "Sales left out",
            percent(figures["sales_left_out_share"]),
            "Share of the accepted sales that belong to no category or to a store "
            "without a cluster.",
        ),
        (
            "Rows refused",
            count(figures["rows_rejected"]),
            f"Of {several(figures['rows_read'], 'row')} read.",
        ),
    ]


def sizes(clusters: pd.DataFrame) -> str:
    """Say how the stores of a category divide into clusters."""
    largest = clusters.iloc[0]
    stores = clusters["store_count"].sum()
    small = int(clusters["is_small"].sum())
    sentence = (
        f"{several(stores, 'store')} in {several(len(clusters), 'cluster')}: the largest, "
        f"{largest['cluster']}, holds {count(largest['store_count'])} stores and "
        f"{percent(largest['sales_share'])} of the category's sales"
    )
    return f"{sentence}; {several(small, 'cluster')} with few stores." if small else f"{sentence}."


def locations(placed: int, stores: int) -> str:
    """Say what the map shows and how many stores it cannot show."""
    missing = stores - placed
    sentence = "Each point is a store, coloured by its cluster"
    if not missing:
        return f"{sentence}; all {several(stores, 'store')} are shown."
    has = "has" if missing == 1 else "have"
    return (
        f"{sentence}; {count(placed)} of {several(stores, 'store')} are shown, "
        f"{count(missing)} {has} no coordinates."
    )


def assignments(shown: pd.DataFrame, stores: int) -> str:
    """Say how many stores are listed, and how many of them are special."""
    return (
        f"Showing {count(len(shown))} of {several(stores, 'store')}: "
        f"{count(shown['is_reassigned'].sum())} reassigned to another cluster, "
        f"{several(shown['is_outlier'].sum(), 'outlier')}."
    )


def count_reasons(reasons: pd.DataFrame) -> list[str]:
    """Say for each dataset how many clusters were chosen and why."""
    sentences = []
    for row in reasons.itertuples():
        dataset = DATASETS.get(row.dataset, str(row.dataset))
        if pd.isna(row.k):
            sentences.append(f"{dataset}: no number of clusters was chosen.")
        else:
            why = "no reason is recorded" if pd.isna(row.reason) else str(row.reason).strip()
            chosen = several(int(row.k), "cluster")
            sentences.append(f"{dataset}: {chosen}. {why[:1].upper()}{why[1:].rstrip('.')}.")
    return sentences or ["No scores are published for this category."]


def stores_without_cluster(reasons: pd.DataFrame) -> str:
    """Say how many stores of a category have no cluster, and their sales."""
    stores = reasons["stores"].sum()
    if not stores:
        return "Every store that sells this category has a cluster."
    has = "has" if stores == 1 else "have"
    return (
        f"{several(stores, 'store')} with {count(reasons['sales_amount'].sum())} in sales "
        f"{has} no cluster in this category."
    )
