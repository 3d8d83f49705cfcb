"""Data: the published tables, a file of one's own beside the clusters, and queries."""

from functools import partial

import streamlit as st

from app import upload_words, words
from app.charts.clusters import size_chart
from app.data import clusters, sql, tables, uploaded
from app.export import frames
from app.views import filters, uploading
from app.views.show import show_chart, show_table

MOST_SHOWN = 1_000
MOST_CONDITIONS = 3
NEEDS_NO_TEXT = {"is empty", "is not empty"}

COLUMN_COLUMNS = {
    "column": st.column_config.TextColumn("Column", width="medium"),
    "type": st.column_config.TextColumn("Holds", width="small"),
    "description": st.column_config.TextColumn("What it means", width="large"),
}
UNMATCHED_COLUMNS = {
    "store_id": st.column_config.TextColumn("Store", width="medium"),
    "rows": st.column_config.NumberColumn("Rows"),
}
SPREAD_COLUMNS = {
    "title": st.column_config.TextColumn("Cluster", width="large"),
    "row_count": st.column_config.NumberColumn("Rows", format="localized"),
    "mean": st.column_config.NumberColumn("Mean", format="%.4g"),
    "median": st.column_config.NumberColumn("Median", format="%.4g"),
    "lower_quartile": st.column_config.NumberColumn("Lower quartile", format="%.4g"),
    "upper_quartile": st.column_config.NumberColumn("Upper quartile", format="%.4g"),
    "lowest": st.column_config.NumberColumn("Lowest", format="%.4g"),
    "highest": st.column_config.NumberColumn("Highest", format="%.4g"),
}
HOW_SIZES = (
    "Each bar is a final cluster; it is as long as stores of your file are in it. Point at a bar "
    "to see their published sales."
)


def show_published(version):
    """Show one published table: what it is, and the rows that match."""
    described = tables.described(version).set_index("table")
    names = list(described.index)
    table = st.selectbox(
        "Table",
        names,
        index=names.index("store_clusters"),
        key="data table",
        bind="query-params",
        width=340,
    )
    st.text(described["description"][table])
    columns = tables.columns(version, table)
    with st.expander("What the columns mean"):
        show_table(columns, COLUMN_COLUMNS, f"{table} columns")
    conditions = ask_conditions(table, columns["column"].tolist())
    try:
        found, matching = tables.rows(version, table, conditions, MOST_SHOWN)
    except tables.FilterError as problem:
        st.warning(str(problem))
        return
    if found.empty:
        st.info(
            "No row matches: take a condition away." if conditions else "This table has no rows."
        )
        return
    most = frames.MOST_ROWS_OF_A_SHEET
    st.text(upload_words.listed(len(found), matching, most))
    whole = partial(all_rows, version, table, conditions, most)
    show_table(found, list(found), table, whole=whole if len(found) < matching else None)


def all_rows(version, table, conditions, most):
    """Return the rows that a file holds."""
    return tables.rows(version, table, conditions, most)[0]


def ask_conditions(table, columns):
    """Ask which rows to show; one more condition can be set once the last one is."""
    conditions = []
    for number in range(MOST_CONDITIONS):
        with st.container(horizontal=True, gap="small"):
            column = st.selectbox(
                "Only rows where" if not number else "and",
                columns,
                index=None,
                placeholder="All rows" if not number else "No more",
                key=f"{table} column {number}",
                width=260,
            )
            if column is None:
                return conditions
            comparison = st.selectbox(
                "compares", tables.COMPARISONS, key=f"{table} comparison {number}", width=160
            )
            needs_text = comparison not in NEEDS_NO_TEXT
            text = (
                st.text_input("with", key=f"{table} text {number}", width=260) if needs_text else ""
            )
        if text or not needs_text:
            conditions.append(tables.Condition(column, comparison, text))
    return conditions


def show_file(scope):
    """Show a file of the visitor, and how it fits the published clusters."""
    upload = uploading.ask()
    if upload is None:
        st.info("Upload a file to look at it here and in the explorer, beside the clusters.")
        return
    table = upload.table
    preview = table.slice(0, MOST_SHOWN).to_pandas()
    st.subheader("What is in the file?")
    st.text(upload_words.file(upload.name, len(preview), len(table)))
    whole = table.to_pandas if len(preview) < len(table) else None
    show_table(preview, list(preview), "your file", whole=whole)
    st.page_link("views/explorer.py", label="Draw charts of it: choose “Your file” in the explorer")
    st.subheader("How does it fit the clusters?")
    categories = clusters.categories(scope.version)
    with st.container(horizontal=True, gap="small"):
        start = categories.index(scope.category) if categories else None
        category = st.selectbox("Category", categories, start, key="upload category", width=260)
        column = uploading.ask_id(table)
    if category and clusters.counts(scope.version, category)["stores_clustered"]:
        show_fit(scope.version, category, table, column)
    else:
        st.info("No store of this category has a cluster, so there is nothing to compare with.")


def show_fit(version, category, table, column):
    """Show which stores of a file have which cluster, and its numbers by cluster."""
    figures = uploaded.matches(version, category, table, column)
    for sentence in upload_words.matches(category, figures):
        st.text(sentence)
    if figures["unmatched"]:
        with st.expander("Stores of the file without a cluster"):
            without = uploaded.unmatched(version, category, table, column)
            show_table(without, UNMATCHED_COLUMNS, "stores without a cluster")
    if not figures["matched"]:
        st.info("No store matches: choose the column that holds the ids of the stores.")
        return
    sizes = uploaded.sizes(version, category, table, column)
    sentence = words.sizes(sizes[sizes["store_count"] > 0])
    show_chart(size_chart(sizes), sizes, "matched stores", alt=sentence, how=HOW_SIZES)
    numbers = [name for name in uploaded.numeric_columns(table) if name != column]
    if not numbers:
        return
    value = st.selectbox("A number of the file by cluster", numbers, key="upload value", width=340)
    spread = uploaded.by_cluster(version, category, table, column, value)
    if spread.empty:
        st.info("No matched store has a value in this column. Choose another.")
        return
    st.text(upload_words.spread(value, spread))
    show_table(spread, SPREAD_COLUMNS, "number by cluster")


def show_queries(version):
    """Ask for a query and show its answer."""
    st.text(
        "One statement that reads the published tables, in the SQL of DuckDB. It is ended after "
        f"{sql.LIMITS.seconds} seconds; {sql.MOST_ROWS:,} rows are shown at most."
    )
    with st.form("query", border=False):
        asked = st.text_area("Query", sql.EXAMPLE, height=160, max_chars=20_000, key="query text")
        if st.form_submit_button("Ask", type="primary"):
            st.session_state["query asked"] = asked
    if "query asked" not in st.session_state:
        return
    try:
        with st.spinner("Asking"):
            found, more = sql.ask(version, st.session_state["query asked"])
    except sql.QueryError as problem:
        st.warning(str(problem))
        return
    rows = words.several(len(found), "row")
    st.text(f"The first {rows}; there are more." if more else f"{rows}.")
    show_table(found, list(found), "answer")


scope = filters.scope()
names = ["Published tables", "Your file", *(["Queries"] if sql.is_on() else [])]
published, yours, *queries = st.tabs(names, on_change="rerun", key="data part")
with published:
    if published.open:
        show_published(scope.version)
with yours:
    if yours.open:
        show_file(scope)
for part in queries:
    with part:
        if part.open:
            show_queries(scope.version)
