"""What stands in the sheets of a workbook: frames in, columns with their meaning out."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from app import words

Tables = Mapping[str, pd.DataFrame]
"""What is published about one category, by table, and `stores`; `app.data.plans` asks for it."""

Comments = Mapping[tuple[str, str], str]
"""What each column of each table means."""

MOST_ROWS = 1_048_575
"""Rows of a sheet of Excel below its header."""

TITLES = {
    "final_cluster_id": "Cluster",
    "final_label": "Label",
    "store_count": "Stores",
    "sales_amount": "Sales",
    "sales_share": "Share of sales",
    "is_small": "Few stores",
    "small_reason": "Why few stores",
    "medoid_store_id": "Typical store",
    "store_id": "Store",
    "store_name": "Store name",
    "index_vs_chain": "Index",
}
"""What a column is called where its own name would not say it."""

LEFT_AWAY = {"category", "run_id"}
"""One value in all rows: it stands on the sheet About."""


class Published(NamedTuple):
    """A sheet that shows a published table: its title and what to say when it has no rows."""

    title: str
    table: str
    nothing: str


class Column(NamedTuple):
    """A column of a sheet: its header, its values, what it means, how its numbers look.

    Columns that mean the same, one for each cluster, have a heading in common.
    """

    title: str
    values: pd.Series
    meaning: str
    form: str
    heading: str = ""


class Sheet(NamedTuple):
    """A sheet: its title, its columns, and what to say when it has no rows."""

    title: str
    columns: list[Column]
    nothing: str


SHEETS = (
    Published("Clusters", "clusters", "No cluster was found."),
    Published("Profiles", "cluster_features", "Nothing is known of the clusters."),
    Published("Rules", "cluster_rules", "No rule describes a cluster."),
    Published("Stores", "store_clusters", "No store has a cluster."),
    Published("What decided", "store_reasons", "Nothing decided between two clusters."),
    Published("Need states", "need_state_sales", "Nothing was sold."),
    Published("Moves", "cluster_moves", "No store was moved."),
    Published("Merges", "cluster_merges", "No cluster was dissolved."),
    Published("Changes", "cluster_changes", "No store has another cluster than in the last run."),
    Published("Overrides", "cluster_overrides", "Nobody asked for a cluster by hand."),
    Published("Constraints", "constraints_applied", "No constraint moved a store."),
    Published("Left out", "stores_without_cluster", "Every store has a cluster."),
)

SUMS = {"Clusters": "clusters", "Stores": "store_clusters", "Need states": "need_state_sales"}
"""Sheets whose sales are those of all clusters; the sheet About has the sum of each."""


def planner_sheets(
    category: str, tables: Tables, run: Mapping[str, Any], comments: Comments
) -> list[Sheet]:
    """Return the sheets of a category's workbook, the last one saying what all of it means.

    A table that is not published, or has more rows than Excel takes, is a sentence on that sheet.
    """
    shown, left_out = [], []
    for sheet in SHEETS:
        rows = tables.get(sheet.table)
        if rows is None:
            left_out.append((sheet.title, f"This run did not publish marts.{sheet.table}."))
        elif len(rows) > MOST_ROWS:
            said = f"{words.count(len(rows))} rows are too many: they are in {sheet.table}.csv."
            left_out.append((sheet.title, said))
        elif sheet.title == "Profiles":
            shown.append(Sheet(sheet.title, _profiles(rows, tables, comments), sheet.nothing))
        else:
            shown.append(Sheet(sheet.title, _columns(sheet.table, tables, comments), sheet.nothing))
    return [*shown, _about(category, tables, run, shown, left_out)]


def rule_lines(rules: pd.DataFrame) -> pd.Series:
    """Return each rule as one line, with how right and how complete it is.

    Parameters
    ----------
    rules
        Rows of `cluster_rules`: `rule`, `precision` and `recall`, both 0 to 1.

    Examples
    --------
    >>> rule_lines(pd.DataFrame({"rule": ["gin > 20 %"], "precision": [0.9], "recall": [0.5]}))[0]
    'gin > 20 % (right for 90.0 %, covers 50.0 %)'
    """
    return pd.Series(
        [
            f"{row.rule} (right for {words.percent(row.precision)}, "
            f"covers {words.percent(row.recall)})"
            for row in rules.itertuples()
        ],
        index=rules.index,
        dtype=object,
    )


def cluster_names(clusters: pd.DataFrame) -> pd.Series:
    """Return the name of each cluster by its id; one without a name is called by its label."""
    named = clusters.set_index("final_cluster_id")
    has_name = named["name"].fillna("").str.strip() != ""
    return named["name"].where(has_name, named["final_label"])


def store_names(tables: Tables) -> pd.Series:
    """Return the name of each store by its id."""
    return tables["stores"].set_index("store_id")["store_name"]


def _columns(table: str, tables: Tables, comments: Comments) -> list[Column]:
    """All columns of a published table, with names beside the ids."""
    rows = tables[table]
    if table == "clusters":
        rows = rows.assign(name=rows["final_cluster_id"].map(cluster_names(rows)))
    columns = []
    for name in rows:
        if name in LEFT_AWAY:
            continue
        meaning = comments.get((table, name), "")
        columns.append(Column(_title(name), rows[name], meaning, _form(name, rows[name])))
        if name in ("final_cluster_id", "second_cluster_id") and "name" not in rows:
            named = rows[name].map(cluster_names(tables["clusters"]))
            meaning = "That cluster in plain words."
            columns.append(Column(f"{_title(name)} name", named, meaning, "text"))
        if name in ("store_id", "medoid_store_id") and "store_name" not in rows:
            named = rows[name].map(store_names(tables))
            columns.append(Column(f"{_title(name)} name", named, "The name of that store.", "text"))
    if table == "clusters" and "cluster_rules" in tables:
        columns.append(_rules(rows, tables["cluster_rules"]))
    return columns


def _rules(clusters: pd.DataFrame, rules: pd.DataFrame) -> Column:
    """The rules of each cluster, in one cell."""
    ordered = rules.sort_values(["final_cluster_id", "rule_number"])
    lines = rule_lines(ordered).groupby(ordered["final_cluster_id"]).agg("\n".join)
    meaning = (
        "What its stores have in common: how many of the stores that a rule fits are in the "
        "cluster, and how many of the cluster it covers."
    )
    values = [lines.get(cluster_id, "") for cluster_id in clusters["final_cluster_id"]]
    return Column("Rules", pd.Series(values, clusters.index, dtype=object), meaning, "text")


def _profiles(features: pd.DataFrame, tables: Tables, comments: Comments) -> list[Column]:
    """One row per feature, those that set clusters apart most first; two columns per cluster."""
    key = ["dataset", "feature"]
    strongest = features.groupby(key)["effect_size"].agg(lambda sizes: sizes.abs().max())
    order = (
        strongest.round(9)
        .rename("strength")
        .reset_index()
        .sort_values(["dataset", "strength", "feature"], ascending=[False, False, True])
    )
    index = pd.MultiIndex.from_frame(order[key])
    columns = [
        Column(_title(name), order[name], comments.get(("cluster_features", name), ""), "text")
        for name in key
    ]
    one_each = features.drop_duplicates(key).set_index(key)
    for name in ("is_used", "chain_mean"):
        if name in one_each:
            meaning = comments.get(("cluster_features", name), "")
            values = one_each[name].reindex(index)
            columns.append(Column(_title(name), values, meaning, _form(name, values)))
    for measure, title in (("index_vs_chain", "Index"), ("effect_size", "Effect")):
        wide = features.pivot(index=key, columns="final_cluster_id", values=measure).reindex(index)
        meaning = comments.get(("cluster_features", measure), "")
        for cluster_id, name in cluster_names(tables["clusters"]).items():
            values = wide.get(cluster_id, pd.Series(float("nan"), index=index))
            form = _form(measure, values)
            columns.append(Column(f"{title} {cluster_id} · {name}", values, meaning, form, title))
    return columns


def _about(
    category: str,
    tables: Tables,
    run: Mapping[str, Any],
    shown: list[Sheet],
    left_out: list[tuple[str, str]],
) -> Sheet:
    """Which run, what is not here, what each column means, and the settings."""
    lines = [
        ("This workbook", "Category", category),
        ("This workbook", "Run", run["run_id"]),
        ("This workbook", "Environment", run["target"]),
        ("This workbook", "Started (UTC)", f"{run['started_at']:%Y-%m-%d %H:%M}"),
    ]
    for title, table in SUMS.items():
        if table in tables:
            total = tables[table]["sales_amount"].sum()
            lines.append(("This workbook", f"Sales on the sheet {title}", f"{total:,.2f}"))
    lines += [("Not here", title, said) for title, said in left_out]
    for sheet in shown:
        meanings = {column.heading or column.title: column.meaning for column in sheet.columns}
        lines += [(f"Sheet {sheet.title}", *said) for said in meanings.items()]
    lines += [("Settings", name, value) for name, value in settings_in_force(run)]
    values = pd.DataFrame(lines, columns=["Part", "What", "Says"], dtype=object)
    return Sheet("About", [Column(name, values[name], "", "text") for name in values], "")


def settings_in_force(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each setting of the clustering by its path; where the files lie is not among them.

    Examples
    --------
    >>> run = {"settings": '{"merging": {"weights": {"internal": 2}}, "sources": {"x": "y"}}'}
    >>> settings_in_force(run)
    [('merging.weights.internal', '2')]
    """
    settings = json.loads(run["settings"])
    parts = ("merging", "internal", "external", "quality")
    return [line for part in parts for line in _leaves(part, settings.get(part, {}))]


def _leaves(path: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [line for key in value for line in _leaves(f"{path}.{key}", value[key])]
    return [(path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))]


def _title(name: str) -> str:
    """The header of a published column."""
    plain = name.removeprefix("is_").removesuffix("_id").replace("_", " ")
    return TITLES.get(name, plain[:1].upper() + plain[1:])


def _form(name: str, values: pd.Series) -> str:
    """How the values of a column look."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return "date"
    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        return "text"
    if "share" in name.split("_") or name.endswith(("precision", "recall", "confidence")):
        return "share"
    if "amount" in name.split("_"):
        return "money"
    forms = {"index_vs_chain": "index", "effect_size": "effect"}
    if name in forms:
        return forms[name]
    # an id or a count that is missing somewhere comes as a floating point number
    is_whole = pd.api.types.is_integer_dtype(values) or name.endswith(("_id", "_count"))
    return "whole" if is_whole else "number"
