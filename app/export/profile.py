"""One page about one cluster, to read, to print and to hand on."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from app import words
from app.charts.theme import colour
from app.export.markup import document, index_bar, link, name, signed, table
from app.export.sheets import Tables, cluster_names, rule_lines, store_names
from app.export.text import escaped

FEATURES, NEED_STATES, RULES, STORES, MOVES = 10, 10, 3, 5, 4
"""How many lines of each kind there are at most, so that all of it fits on a page of A4."""


def profile_page(
    category: str,
    cluster_id: int,
    tables: Tables,
    run: Mapping[str, Any],
    contents: str | None = None,
) -> str:
    """Return the page of a cluster as HTML that needs no other file.

    Parameters
    ----------
    tables, run
        As `app.data.plans` returns them.
    contents
        Where the list of all pages lies, seen from this one; without one there is no link to it.
    """
    clusters = tables["clusters"]
    cluster = clusters[clusters["final_cluster_id"] == cluster_id].iloc[0]
    called = f"{cluster_id} · {cluster_names(clusters)[cluster_id]}"
    stores = tables["store_clusters"]
    members = stores[stores["final_cluster_id"] == cluster_id]
    # a thin store is near by what surrounds it alone: it is neither typical nor on a border
    members = members[members["thin_reason"].isna()]
    parts = [
        _head(category, called, cluster, len(stores), run, contents),
        "<h2>What sets it apart</h2>",
        _features(tables, cluster_id),
        "<h2>The rules that describe it</h2>",
        _rules(tables, cluster_id),
        '<div class="halves"><div>',
        "<h2>Typical stores</h2>",
        _typical(members),
        "<h2>Stores on the border</h2>",
        _borderline(members, clusters),
        "</div><div>",
        "<h2>What it sells</h2>",
        _need_states(tables, cluster_id),
        "</div></div>",
        "<h2>Stores that were moved</h2>",
        _moves(tables, cluster["final_label"]),
    ]
    return document(f"{category}: {called}", "\n".join(parts))


def _head(
    category: str,
    called: str,
    cluster: pd.Series,
    stores: int,
    run: Mapping[str, Any],
    contents: str | None,
) -> str:
    """What it is called, which run found it, how large it is."""
    back = f'<p class="screen">{link(contents, "All clusters")}</p>\n' if contents else ""
    reason = cluster.get("small_reason")
    small = "It has fewer stores than the minimum." if pd.isna(reason) else str(reason)
    figures = (
        (words.several(int(cluster["store_count"]), "store"),
         f"{words.percent(cluster['store_count'] / stores)} of the stores"),
        (words.count(cluster["sales_amount"]), "sales"),
        (words.percent(cluster["sales_share"]), "of the sales of the category"),
    )  # fmt: skip
    shown = "".join(f"<div><b>{value}</b>{escaped(what)}</div>" for value, what in figures)
    return (
        f'{back}<p class="quiet cut">{name(category)} · run {escaped(str(run["run_id"])[:8])} · '
        f"{run['started_at']:%d %b %Y}</p>\n"
        f'<h1><span class="swatch" style="background:{colour(cluster["final_cluster_id"])}">'
        f"</span> {name(called)}</h1>\n"
        f'<div class="figures">{shown}</div>'
        + (f'<p class="cut">{escaped(small)}</p>' if cluster["is_small"] else "")
    )


def _of(tables: Tables, table_name: str, cluster_id: int) -> pd.DataFrame | None:
    """The rows of a cluster in a table; none if the table is not published."""
    rows = tables.get(table_name)
    return None if rows is None else rows[rows["final_cluster_id"] == cluster_id]


def _sentence(text: str) -> str:
    return f'<p class="quiet">{escaped(text)}</p>'


def _features(tables: Tables, cluster_id: int) -> str:
    """The features by rank: index as a bar, and the effect size."""
    features = _of(tables, "cluster_features", cluster_id)
    if features is None:
        return _sentence("This run did not publish what sets its clusters apart.")
    if features.empty:
        return _sentence("Nothing is known of it.")
    columns = [("Feature", "", 36), ("", "", 14), ("Less or more than the chain", "", 28),
               ("Index", "number", 10), ("Effect", "number", 12)]  # fmt: skip
    rows = [
        (name(row.feature), escaped(row.dataset), index_bar(row.index_vs_chain),
         words.count(row.index_vs_chain), signed(row.effect_size))
        for row in features.sort_values(["rank", "feature"]).head(FEATURES).itertuples()
    ]  # fmt: skip
    note = (
        "Index: 100 is the mean of the chain. Effect: difference to all other stores in standard "
        "deviations; beyond 0.8 it is large."
    )
    return table(columns, rows) + _sentence(note)


def _rules(tables: Tables, cluster_id: int) -> str:
    """The rules, the first ones first."""
    rules = _of(tables, "cluster_rules", cluster_id)
    if rules is None:
        return _sentence("This run did not publish rules.")
    if rules.empty:
        return _sentence("No rule describes it.")
    lines = rule_lines(rules.sort_values("rule_number").head(RULES))
    return "".join(f'<p class="cut">{name(line)}</p>' for line in lines)


def _typical(members: pd.DataFrame) -> str:
    """The stores nearest to the middle, outliers last."""
    nearest = members.sort_values(["is_outlier", "distance", "store_id"]).head(STORES)
    rows = [
        (escaped(row.store_id), name(row.store_name), words.count(row.sales_amount))
        for row in nearest.itertuples()
    ]
    return table([("Store", "", 25), ("Name", "", 50), ("Sales", "number", 25)], rows)


def _borderline(members: pd.DataFrame, clusters: pd.DataFrame) -> str:
    """The stores that could as well be in the next cluster."""
    others = members[members["second_cluster_id"].notna()]
    if others.empty:
        return _sentence("There is no other cluster.")
    named = cluster_names(clusters)
    rows = [
        (escaped(row.store_id), name(row.store_name), words.percent(row.confidence),
         name(f"{int(row.second_cluster_id)} · {named.get(int(row.second_cluster_id), '')}"))
        for row in others.sort_values(["confidence", "store_id"]).head(STORES).itertuples()
    ]  # fmt: skip
    columns = [("Store", "", 16), ("Name", "", 28), ("Confidence", "number", 24), ("Next", "", 32)]
    return table(columns, rows)


def _need_states(tables: Tables, cluster_id: int) -> str:
    """The sales by need state, the largest first; what does not fit is one line."""
    sold = _of(tables, "need_state_sales", cluster_id)
    if sold is None:
        return _sentence("This run did not publish the sales by need state.")
    if sold.empty:
        return _sentence("Nothing was sold.")
    ordered = sold.sort_values(["sales_amount", "need_state"], ascending=[False, True])
    kept = ordered if len(ordered) <= NEED_STATES else ordered.head(NEED_STATES - 1)
    rest = ordered.iloc[len(kept) :]
    rows = [
        (name(row.need_state), words.count(row.sales_amount), words.percent(row.share_of_cluster),
         index_bar(row.index_vs_chain), words.count(row.index_vs_chain))
        for row in kept.itertuples()
    ]  # fmt: skip
    if len(rest):
        share = words.percent(rest["share_of_cluster"].sum(min_count=1))
        others = f"{words.count(len(rest))} others"
        rows.append((others, words.count(rest["sales_amount"].sum()), share, "", ""))
    columns = [("Need state", "", 34), ("Sales", "number", 19), ("Share", "number", 15),
               ("", "", 17), ("Index", "number", 15)]  # fmt: skip
    return table(columns, rows)


def _moves(tables: Tables, label: str) -> str:
    """Who came from a cluster that was dissolved, and who left."""
    moves = tables.get("cluster_moves")
    if moves is None:
        return _sentence("This run did not publish which stores were moved.")
    here = moves[(moves["to_label"] == label) | (moves["from_label"] == label)]
    if here.empty:
        return _sentence("No store was moved to it or from it.")
    named = store_names(tables)
    rows = [
        (escaped(row.store_id), name(named.get(row.store_id, row.store_id)),
         name(f"{row.from_label} → {row.to_label}"), name(row.reason))
        for row in here.sort_values("store_id").head(MOVES).itertuples()
    ]  # fmt: skip
    columns = [("Store", "", 12), ("Name", "", 26), ("From → to", "", 20), ("Why", "", 42)]
    more = len(here) - len(rows)
    were = "was" if more == 1 else "were"
    said = _sentence(f"{words.several(more, 'more store')} {were} moved.") if more else ""
    return table(columns, rows) + said
