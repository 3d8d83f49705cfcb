"""Comparison: one stage against another, and this run against the one before."""

import streamlit as st

from app import words
from app.charts.clusters import cross_table_chart, flow_chart
from app.data import clusters, comparison, published, quality
from app.views import filters
from app.views.show import say_absent, show_chart, show_table

MOVE_COLUMNS = {
    "store_id": st.column_config.TextColumn("Store"),
    "store_name": st.column_config.TextColumn("Name", width=100),
    "from_label": st.column_config.TextColumn("Was in", width=60),
    "joined": st.column_config.TextColumn("Is in", width=250),
    "reason": st.column_config.TextColumn("Reason", width=210),
    "from_distance": st.column_config.NumberColumn(
        "Distance before",
        format="%.2f",
        width=90,
        help="To the middle of the cluster that it left, in the space of the merged clusters.",
    ),
    "to_distance": st.column_config.NumberColumn(
        "Distance now", format="%.2f", width=90, help="To the middle of the cluster that it joined."
    ),
    "confidence": st.column_config.ProgressColumn(
        "Confidence", format="percent", min_value=0, max_value=1, width=90
    ),
}

CHANGE_COLUMNS = {
    "store_id": st.column_config.TextColumn("Store"),
    "store_name": st.column_config.TextColumn("Name", width="medium"),
    "before": st.column_config.TextColumn("Was in", width="medium"),
    "after": st.column_config.TextColumn("Is in", width="medium"),
    "reason": st.column_config.TextColumn("Reason", width="medium"),
}

HOW_FLOWS = (
    "On the left are the clusters before, on the right those after; a band is as thick as it has "
    "stores. A grey cluster is one that was dissolved. In a merged label the first number is the "
    "internal cluster, the second the external one; 0 means that there was no data of that side. "
    "Where there are very many, the dissolved ones are drawn as one. Point at a band to see its "
    "stores."
)
HOW_TABLE = (
    "Each row is a cluster before, each column one after; a cell says how many stores they share. "
    "A row with one filled cell stayed together; a column with several was put together."
)


def show_stages(scope):
    """Show how the stores flow from one stage to another."""
    st.subheader("How do the clusters of one stage become those of another?")
    left, right = st.columns(2)
    before = ask_stage(left, "Before", "merged")
    after = ask_stage(right, "After", "final")
    flows = comparison.flows(scope.version, scope.category, before, after)
    sentence = words.flows(flows, before, after)
    st.text(sentence)
    name = f"{scope.category} {before} to {after}"
    picture, table = st.tabs(["As bands", "As a table"])
    with picture:
        show_chart(flow_chart(flows), flows, name, alt=sentence, how=HOW_FLOWS)
    with table:
        show_chart(cross_table_chart(flows), flows, f"{name} table", alt=sentence, how=HOW_TABLE)


def ask_stage(place, label, default):
    """Ask for one of the stages; it stands in the address."""
    return place.segmented_control(
        label,
        list(words.STAGES),
        format_func=words.STAGES.get,
        default=default,
        required=True,
        key=label.lower(),
        bind="query-params",
        help=words.STAGES_HELP,
    )


def show_moves(scope):
    """List the stores that were moved out of small clusters."""
    st.subheader("Which stores were moved, and why?")
    if not published.has_table(scope.version, "cluster_moves"):
        say_absent("cluster_moves", "which stores were moved")
        return
    moves = comparison.moves(scope.version, scope.category)
    if published.has_table(scope.version, "cluster_metrics"):
        stages = quality.by_stage(scope.version, scope.category)
        st.text(words.merging(stages, len(moves)))
    if moves.empty:
        st.info("No store was moved out of a small cluster in this category.")
    else:
        show_table(moves, MOVE_COLUMNS, f"{scope.category} moved stores")


def show_changes(scope):
    """Show which stores are in another cluster than in the run before."""
    st.subheader("What changed since the last run?")
    for table in ("run_stability", "cluster_changes"):
        if not published.has_table(scope.version, table):
            say_absent(table, "what changed since the last run")
            return
    found = quality.stability(scope.version, scope.category)
    st.text(words.stability(found))
    changes = quality.changes(scope.version, scope.category)
    if changes.empty:
        return
    for sentence in words.change_reasons(changes):
        st.text(sentence)
    show_table(changes, CHANGE_COLUMNS, f"{scope.category} changed stores")


scope = filters.scope()
if clusters.counts(scope.version, scope.category)["stores_clustered"]:
    show_stages(scope)
    show_moves(scope)
else:
    st.info("No store of this category has a cluster, so there is nothing to compare.")
show_changes(scope)
