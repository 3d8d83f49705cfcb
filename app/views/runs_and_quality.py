"""Runs and data quality: what each run did, what was refused, what is without a cluster."""

from functools import partial

import streamlit as st

from app import words_runs
from app.charts import limits, theme
from app.charts.bars import bar_chart
from app.data import left_out, published, refused, steps
from app.views import filters
from app.views.show import say_absent, show_chart, show_table

SLOWEST = 20

RUN_COLUMNS = {
    "run_id": st.column_config.TextColumn("Run"),
    "started_at": st.column_config.DatetimeColumn("Started (UTC)", format="D MMM YYYY, HH:mm"),
    "status": st.column_config.TextColumn("Ended as"),
    "target": st.column_config.TextColumn("Target"),
    "command": st.column_config.TextColumn("Command"),
    "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
    "node_count": st.column_config.NumberColumn("Steps"),
    "failed_node_count": st.column_config.NumberColumn("Failed"),
}
STEP_COLUMNS = {
    "node": st.column_config.TextColumn("Step", width="large"),
    "resource_type": st.column_config.TextColumn("Kind"),
    "status": st.column_config.TextColumn("Ended as"),
    "seconds": st.column_config.NumberColumn("Seconds", format="%.2f"),
    "row_count": st.column_config.NumberColumn("Rows", format="localized"),
    "message": st.column_config.TextColumn("Message", width="medium"),
}
SETTING_COLUMNS = {
    "key": st.column_config.TextColumn("Setting", width="large"),
    "value": st.column_config.TextColumn("Value", width="medium"),
    "before": st.column_config.TextColumn("In the run before", width="medium"),
    "is_changed": st.column_config.CheckboxColumn("Differs"),
}
REASON_COLUMNS = {
    "source": st.column_config.TextColumn("Source"),
    "reason": st.column_config.TextColumn("Reason", width="large"),
    "rows": st.column_config.NumberColumn("Rows", format="localized"),
}
ROW_COLUMNS = {
    "source": st.column_config.TextColumn("Source", width=120),
    "file": st.column_config.TextColumn("File", width=170),
    "line": st.column_config.NumberColumn("Line", format="%d", width=60),
    "reason": st.column_config.TextColumn("Reason", width=180),
    "detail": st.column_config.TextColumn("Detail", width=160),
    "raw": st.column_config.TextColumn("The row as it was read", width="large"),
}
SOURCE_COLUMNS = {
    "source": st.column_config.TextColumn("Source"),
    "rows_read": st.column_config.NumberColumn("Rows read", format="localized"),
    "rows_accepted": st.column_config.NumberColumn("Used", format="localized"),
    "rows_rejected": st.column_config.NumberColumn("Refused", format="localized"),
    "rows_returned": st.column_config.NumberColumn("Returns", format="localized"),
    "stores_matched": st.column_config.NumberColumn("Stores known", format="localized"),
    "match_rate": st.column_config.NumberColumn("Of all stores", format="percent"),
    "rows_unmatched": st.column_config.NumberColumn("Rows of no store", format="localized"),
}
CATEGORY_COLUMNS = {
    "category": st.column_config.TextColumn("Category", width="medium"),
    "sales_accepted": st.column_config.NumberColumn("Sales", format="localized", step=1),
    "sales_unmapped": st.column_config.NumberColumn("Of no need state", format="localized", step=1),
    "sales_without_cluster": st.column_config.NumberColumn(
        "Of stores without a cluster", format="localized", step=1
    ),
    "stores_clustered": st.column_config.NumberColumn("Stores in clusters", format="localized"),
    "stores_without_cluster": st.column_config.NumberColumn("Without", format="localized"),
}
GAP_COLUMNS = {
    "feed": st.column_config.TextColumn("Feed"),
    "store_id": st.column_config.TextColumn("Store"),
    "store_name": st.column_config.TextColumn("Name"),
    "attribute": st.column_config.TextColumn("Matched by"),
    "value": st.column_config.TextColumn("Looked for"),
    "reason": st.column_config.TextColumn("Reason", width="large"),
}
CONFLICT_COLUMNS = {
    "feed": st.column_config.TextColumn("Feed"),
    "key_value": st.column_config.TextColumn("Place"),
    "attribute": st.column_config.TextColumn("Feature"),
    "used_value": st.column_config.TextColumn("Used"),
    "other_values": st.column_config.TextColumn("Others"),
    "store_count": st.column_config.NumberColumn("Stores"),
}
LABEL_COLUMNS = {
    "kind": st.column_config.TextColumn("Kind"),
    "belongs_to": st.column_config.TextColumn("Of"),
    "label": st.column_config.TextColumn("Label"),
    "similar_to": st.column_config.TextColumn("Looks like"),
    "how": st.column_config.TextColumn("They differ by"),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
    "similar_sales_amount": st.column_config.NumberColumn("Sales of the other", format="localized"),
}
PRODUCT_COLUMNS = {
    "product_id": st.column_config.TextColumn("Product"),
    "bucket": st.column_config.TextColumn("Sales went to", help="Empty: they are left out."),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
    "row_count": st.column_config.NumberColumn("Rows", format="localized"),
    "store_count": st.column_config.NumberColumn("Stores", format="localized"),
}
LEFT_COLUMNS = {
    "category": st.column_config.TextColumn("Category"),
    "reason": st.column_config.TextColumn("Reason", width="large"),
    "stores": st.column_config.NumberColumn("Stores", format="localized"),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
}
STORE_COLUMNS = {
    "category": st.column_config.TextColumn("Category"),
    "store_id": st.column_config.TextColumn("Store"),
    "store_name": st.column_config.TextColumn("Name"),
    "reason": st.column_config.TextColumn("Reason", width="large"),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
}
THIN_COLUMNS = {
    "category": st.column_config.TextColumn("Category"),
    "store_id": st.column_config.TextColumn("Store"),
    "store_name": st.column_config.TextColumn("Name"),
    "final": st.column_config.TextColumn("Final cluster", width="large"),
    "assignment_basis": st.column_config.TextColumn(
        "Judged by",
        help="internal_only: what it sells, nothing is known of where it stands. external_only: "
        "where it stands, too little is known of what it sells.",
    ),
    "confidence": st.column_config.ProgressColumn("Confidence", format="percent"),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
}
STABILITY_COLUMNS = {
    "category": st.column_config.TextColumn("Category"),
    "shared_store_count": st.column_config.NumberColumn("Stores of both"),
    "moved_store_count": st.column_config.NumberColumn("Moved"),
    "moved_share": st.column_config.NumberColumn("Share moved", format="percent"),
    "border_share": st.column_config.NumberColumn("Of them on a border", format="percent"),
    "new_store_count": st.column_config.NumberColumn("New"),
    "gone_store_count": st.column_config.NumberColumn("Gone"),
    "adjusted_rand": st.column_config.NumberColumn(
        "Agreement", format="%.2f", help="Adjusted Rand index: 1 is the same clusters."
    ),
    "note": st.column_config.TextColumn("What was compared", width="medium"),
}
OVERRIDE_COLUMNS = {
    "status": st.column_config.TextColumn("Status"),
    "category": st.column_config.TextColumn("Category"),
    "store_id": st.column_config.TextColumn("Store"),
    "cluster": st.column_config.TextColumn("Asked for"),
    "author": st.column_config.TextColumn("By"),
    "reason": st.column_config.TextColumn("Why", width="medium"),
    "until": st.column_config.DateColumn("Until"),
    "explanation": st.column_config.TextColumn("What was done", width="large"),
}
CONSTRAINT_COLUMNS = {
    "category": st.column_config.TextColumn("Category"),
    "store_id": st.column_config.TextColumn("Store"),
    "constraint_kind": st.column_config.TextColumn("Setting"),
    "group_name": st.column_config.TextColumn("Group"),
    "from_label": st.column_config.TextColumn("Was in"),
    "to_label": st.column_config.TextColumn("Is in"),
    "explanation": st.column_config.TextColumn("What was done", width="large"),
}

HOW_STEPS = (
    "Each bar is a step of the run, the slowest on top. Red bars failed. Steps that do not wait "
    "for each other run side by side, so that the times add up to more than the run took."
)
HOW_REFUSED = (
    "Each bar is a reason for which rows of a source were refused. Correct them at the source, "
    "or tell the settings how to read them, and run again."
)


def show_runs(scope):
    """Show the recorded runs, and of the chosen one its steps and settings."""
    found = steps.runs(scope.version)
    if found.empty:
        st.info("No run is recorded. Run `make run` to record one.")
        return
    st.text(words_runs.runs(found))
    show_table(found, RUN_COLUMNS, "runs")
    rows = found.to_dict("records")
    place = next((i for i, row in enumerate(rows) if row["run_id"] == scope.run_id), 0)
    show_steps(scope, rows[place])
    show_settings(scope, rows, place)


def show_steps(scope, run):
    """Show how long each step of a run took."""
    st.subheader("What did the chosen run do?")
    st.text(words_runs.run(run))
    if not published.has_table(scope.version, "run_steps"):
        say_absent("run_steps", "how long each step took")
        return
    found = steps.steps(scope.version, run["run_id"])
    if found.empty:
        st.info("The steps of this run are not recorded. Choose another run above.")
        return
    slowest = found.head(SLOWEST)
    sentence = words_runs.steps(found, SLOWEST)
    st.text(sentence)
    chart = bar_chart(
        slowest["node"].tolist(),
        slowest["seconds"].fillna(0).tolist(),
        title="Seconds",
        form=",.1f",
        colours=[
            theme.COLOURS[5 if status in {"error", "fail"} else 0] for status in slowest["status"]
        ],
        hover=[f"{row.resource_type}, {row.status}" for row in slowest.itertuples()],
    )
    show_chart(chart, slowest, "slowest steps", alt=sentence, how=HOW_STEPS)
    with st.expander("All steps"):
        show_table(found, STEP_COLUMNS, "steps")


def show_settings(scope, rows, place):
    """Show the settings of a run, and which of them differ from the run before."""
    st.subheader("With which settings?")
    earlier = next((row["run_id"] for row in rows[place:][1:]), None)
    table = steps.settings_table(scope.version, rows[place]["run_id"], earlier)
    if table.empty:
        st.info("The settings of this run are not recorded.")
        return
    st.text(words_runs.settings(table, earlier))
    text = st.text_input("Setting", placeholder="Part of its name, such as merging", key="setting")
    is_shown = table["key"].str.contains(text.strip(), case=False, regex=False)
    columns = SETTING_COLUMNS
    if earlier is None:
        columns = {name: SETTING_COLUMNS[name] for name in ("key", "value")}
    elif st.toggle("Only those that differ", key="differing"):
        is_shown &= table["is_changed"]
    if is_shown.any():
        show_table(table[is_shown], columns, "settings")
    else:
        st.info("No setting matches. Take some letters away, or switch the difference off.")


def show_refused(scope):
    """Show which rows were refused and why."""
    if not published.has_table(scope.version, "rejected_rows"):
        say_absent("rejected_rows", "which rows were refused")
        return
    reasons = refused.by_reason(scope.version)
    if reasons.empty:
        st.info("No row was refused: everything that was read was used.")
        return
    sentence = words_runs.refused(reasons, refused.by_source(scope.version))
    st.text(sentence)
    shown = reasons.head(SLOWEST)
    chart = bar_chart(
        [f"{row.source}: {row.reason}" for row in shown.itertuples()],
        shown["rows"].tolist(),
        title="Rows",
        form=",.0f",
    )
    show_chart(chart, reasons, "refused by reason", alt=sentence, how=HOW_REFUSED)
    st.subheader("The rows as they were read")
    left, right = st.columns(2)
    sources = left.multiselect(
        "Sources", sorted(reasons["source"].unique()), placeholder="All sources", key="sources"
    )
    why = right.multiselect(
        "Reasons", sorted(reasons["reason"].unique()), placeholder="All reasons", key="reasons"
    )
    show_listed(
        partial(refused.rows, scope.version, sources, why),
        ROW_COLUMNS,
        "refused rows",
        "row",
        "No row of these sources was refused for these reasons. Take one away.",
    )


def show_coverage(scope):
    """Show what was read, what is in clusters, and what the feeds lack."""
    read = refused.by_source(scope.version)
    if read.empty:
        st.info("What was read is not recorded. Run `make run` to publish again.")
        return
    st.text(words_runs.feeds(read))
    show_table(read, SOURCE_COLUMNS, "coverage by source")
    by_category = refused.by_category(scope.version)
    if not by_category.empty:
        st.subheader("How much of each category is in clusters?")
        show_table(by_category, CATEGORY_COLUMNS, "coverage by category")
    for table, ask, columns, title, what, fine in (
        ("feed_gaps", refused.feed_gaps, GAP_COLUMNS, "Stores that a feed does not know",
         "gap", "Every feed knows every store."),
        ("feed_conflicts", refused.feed_conflicts, CONFLICT_COLUMNS, "Feeds that say two things",
         "conflict", "No feed says two things of one place."),
        ("similar_labels", refused.similar_labels, LABEL_COLUMNS,
         "Labels that may mean the same", "pair", "No two labels look alike."),
        ("unmapped_products", refused.unmapped_products, PRODUCT_COLUMNS,
         "Sold products that no list knows", "product", "Every sold product is in the list."),
    ):  # fmt: skip
        st.subheader(title)
        if published.has_table(scope.version, table):
            show_listed(partial(ask, scope.version), columns, table, what, fine)
        else:
            say_absent(table, title.lower())


def show_left_out(scope):
    """Show the stores without a cluster, and those with one by half of the data."""
    reasons = left_out.reasons(scope.version)
    if reasons.empty:
        st.info("Every store has a cluster in every category that it sells.")
    else:
        st.text(words_runs.left_out(reasons))
        show_table(reasons, LEFT_COLUMNS, "reasons without cluster")
        st.subheader("These stores one by one")
        show_listed(
            partial(left_out.stores, scope.version), STORE_COLUMNS, "stores without cluster",
            "store", "",
        )  # fmt: skip
    st.subheader("Stores judged by one side alone")
    show_listed(
        partial(left_out.thin_stores, scope.version), THIN_COLUMNS, "thin stores",
        "store", "Every store with a cluster was judged by both sides.",
    )  # fmt: skip


def show_stability(scope):
    """Show how much of the run before is left."""
    if not published.has_table(scope.version, "run_stability"):
        say_absent("run_stability", "how much of the run before is left")
        return
    found = left_out.stability(scope.version)
    if found.empty:
        st.info("Nothing was clustered, so there is nothing to compare.")
        return
    st.text(words_runs.stability(found))
    if found["shared_store_count"].any():
        show_table(found, STABILITY_COLUMNS, "stability")


def show_decisions(scope):
    """Show what people decided, and what the constraints of the settings did."""
    show_stability(scope)
    st.subheader("What did people decide?")
    if published.has_table(scope.version, "cluster_overrides"):
        found = left_out.overrides(scope.version)
        if found.empty:
            st.info("Nobody has put a store into another cluster (source: overrides).")
        else:
            st.text(words_runs.decisions(found))
            show_table(found, OVERRIDE_COLUMNS, "overrides")
    else:
        say_absent("cluster_overrides", "what people decided")
    st.subheader("What did constraints do?")
    if published.has_table(scope.version, "constraints_applied"):
        found = left_out.constraints(scope.version)
        if found.empty:
            st.info("The settings have no constraints, or none had to move a store.")
        else:
            show_table(found, CONSTRAINT_COLUMNS, "constraints")
    else:
        say_absent("constraints_applied", "what constraints did")


def show_listed(ask, columns, name, what, fine):
    """Show the first rows of a list, all of it to take away; a sentence where it is empty."""
    frame = ask(most=limits.ROWS)
    if frame.empty:
        st.info(fine)
        return
    st.text(words_runs.listed(frame, what))
    # how many match is said above and no part of the list
    listed = frame.drop(columns="matching")
    show_table(listed, columns, name, whole=lambda: ask().drop(columns="matching"))


PARTS = {
    "runs": ("Runs", show_runs),
    "refused": ("Refused rows", show_refused),
    "coverage": ("Coverage", show_coverage),
    "left_out": ("Stores without a cluster", show_left_out),
    "stability": ("Stability and decisions", show_decisions),
}

part = st.segmented_control(
    "Part",
    list(PARTS),
    format_func=lambda name: PARTS[name][0],
    default="runs",
    required=True,
    key="part",
    bind="query-params",
    label_visibility="collapsed",
)
PARTS[part][1](filters.scope())
