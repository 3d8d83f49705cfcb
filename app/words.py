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
    """Say how the stores of a category divide into clusters of one stage."""
    largest = clusters.loc[clusters["store_count"].idxmax()]
    stores = clusters["store_count"].sum()
    return (
        f"{several(stores, 'store')} in {several(len(clusters), 'cluster')}: the largest, "
        f"{largest['title']}, holds {several(largest['store_count'], 'store')} and "
        f"{percent(largest['sales_share'])} of the category's sales."
    )


def small(clusters: pd.DataFrame) -> str:
    """Say how many final clusters have few stores, if any has."""
    number = int(clusters["is_small"].sum())
    if not number:
        return ""
    return f"{several(number, 'cluster')} with fewer stores than the minimum."


def locations(shown: int, placed: int, stores: int) -> str:
    """Say what the map shows and what it cannot show.

    Examples
    --------
    >>> locations(40, 40, 40)
    'Each point is a store, coloured by its cluster. Showing all 40 stores.'
    """
    sentence = f"Each point is a store, coloured by its cluster. {showing(shown, placed)}"
    missing = stores - placed
    if not missing:
        return sentence
    have = "has" if missing == 1 else "have"
    return f"{sentence} {several(missing, 'store')} {have} no coordinates."


def assignments(listed: pd.DataFrame, stores: int) -> str:
    """Say how many stores are listed, of how many that match, of how many there are."""
    matching = int(listed["matching"].iloc[0]) if len(listed) else 0
    sentence = f"Showing {count(len(listed))} of {several(stores, 'store')}"
    if len(listed) < matching:
        sentence += f", the first of {count(matching)} that match; the files hold all of these"
    return f"{sentence}."


def quality(stages: pd.DataFrame) -> list[str]:
    """Say in plain words how good the final clusters are."""
    final = stages.set_index("stage").to_dict("index").get("final", {})
    said = []
    if not pd.isna(final.get("mix_homogeneity")):
        said.append(
            f"A store agrees with its cluster on {percent(final['mix_homogeneity'])} of what it "
            "sells, on average; if all stores were one cluster, it would agree on "
            f"{percent(final.get('mix_homogeneity_chain'))}."
        )
    if not pd.isna(final.get("silhouette")):
        said.append(
            f"The silhouette of the final clusters is {final['silhouette']:.2f}, which means "
            f"that they {_apart(final['silhouette'])}."
        )
    return said or ["How good the clusters are could not be measured."]


def _apart(silhouette: float) -> str:
    """Say how far clusters are apart, in the words of Kaufman and Rousseeuw (1990)."""
    if silhouette > 0.7:
        return "are clearly apart"
    if silhouette > 0.5:
        return "are reasonably apart"
    if silhouette > 0.25:
        return "overlap: many stores stand between two of them"
    return "hardly differ: take them as a way to divide the stores, not as found groups"


def merging(stages: pd.DataFrame, moved: int) -> str:
    """Say what dissolving small clusters did."""
    at = stages.set_index("stage").to_dict("index")
    if not {"merged", "final"} <= set(at):
        return "There is nothing to compare."
    after = several(int(at["final"]["cluster_count"]), "final cluster")
    if at["merged"]["cluster_count"] == at["final"]["cluster_count"] and not moved:
        return (
            "All merged clusters were large enough: no store was moved, "
            "and merged and final clusters are the same."
        )
    were = "was" if moved == 1 else "were"
    return (
        f"{several(moved, 'store')} {were} moved out of clusters that were too small, which left "
        f"{after} and changed the silhouette from {_number(at['merged']['silhouette'])} to "
        f"{_number(at['final']['silhouette'])}."
    )


def _number(value: float | None) -> str:
    """Write a number with two decimals."""
    return NONE if pd.isna(value) else f"{value:.2f}"


def stability(found: dict[str, Any] | None) -> str:
    """Say how many stores changed their cluster since the published run before."""
    if found is None or pd.isna(found["previous_run_id"]):
        return "This is the first published run of this category: there is none to compare with."
    shared = found["shared_store_count"]
    if pd.isna(found["moved_store_count"]):
        return "No store had a cluster in both runs: there is nothing to compare."
    sentence = (
        f"{count(found['moved_store_count'])} of {several(int(shared), 'store')} "
        f"({percent(found['moved_share'])}) are in another cluster than in run "
        f"{str(found['previous_run_id'])[:8]}"
    )
    extra = [
        f"{several(int(found[column]), 'store')} {what}"
        for column, what in (("new_store_count", "joined"), ("gone_store_count", "left"))
        if not pd.isna(found[column]) and found[column]
    ]
    return f"{sentence}; {' and '.join(extra)}." if extra else f"{sentence}."


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


def sources(read: pd.DataFrame) -> str:
    """Say how many rows were read and refused, over all sources."""
    return (
        f"{several(read['rows_read'].sum(), 'row')} of {several(len(read), 'source')} were read; "
        f"{count(read['rows_rejected'].sum())} of them were refused."
    )


def categories(sizes: pd.DataFrame) -> str:
    """Say between which numbers of clusters the categories have."""
    counts = sizes.groupby("category").size()
    fewest, most = int(counts.min()), int(counts.max())
    if len(counts) == 1:
        return f"There is one category, with {several(most, 'cluster')}."
    between = f"{fewest}" if fewest == most else f"between {fewest} and {most}"
    return f"{count(len(counts))} categories have {between} clusters each."


def attribute(title: str, shares: pd.DataFrame) -> str:
    """Say which cluster differs most from the others in an attribute."""
    total = shares["store_count"].sum()
    overall = shares.groupby("value")["store_count"].transform("sum") / total
    apart = (shares["store_share"] - overall).fillna(0)
    if apart.abs().max() < 0.005:
        return f"{title}: all clusters are alike."
    row = shares.loc[apart.idxmax()]
    return (
        f"{title}: {percent(row['store_share'])} of the stores of {row['title']} have "
        f"{row['value']}, against {percent(overall[apart.idxmax()])} of all stores. Nowhere do the "
        "clusters differ more in it."
    )


def flows(found: pd.DataFrame, before: str, after: str) -> str:
    """Say how the clusters of one stage relate to those of another."""
    whole = found.groupby("from_cluster").size().eq(1).sum()
    before_count, after_count = found["from_cluster"].nunique(), found["to_cluster"].nunique()
    return (
        f"{several(found['store_count'].sum(), 'store')}: {before_count} {before} and "
        f"{after_count} {after} clusters; {whole} of the {before} clusters stayed together."
    )


def change_reasons(changes: pd.DataFrame) -> list[str]:
    """Say how many stores changed for each reason, the most frequent first."""
    counts = changes["reason"].fillna("no reason is recorded").value_counts()
    return [f"{several(int(number), 'store')}: {reason}." for reason, number in counts.items()]
