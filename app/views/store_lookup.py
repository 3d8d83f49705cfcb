"""Store lookup: the clusters of one store, what decided, its history, the stores most like it."""

import streamlit as st

from app import words, words_stores
from app.charts import theme
from app.charts.bars import bar_chart
from app.data import clusters, lookup, published
from app.views import filters
from app.views.show import say_absent, show_chart, show_table

MOST_FOUND = 50
NEAREST = 10

CONFIDENCE = st.column_config.ProgressColumn(
    "Confidence",
    format="percent",
    min_value=0,
    max_value=1,
    width=100,
    help="100 % in the middle of its final cluster, 0 % on the border to the next.",
)

CLUSTER_COLUMNS = {
    "category": st.column_config.TextColumn("Category"),
    "final": st.column_config.TextColumn("Final cluster", width=200),
    "merged_label": st.column_config.TextColumn("Merged", width=60),
    "internal_cluster_id": st.column_config.NumberColumn("Internal", width=55),
    "external_cluster_id": st.column_config.NumberColumn("External", width=55),
    "confidence": CONFIDENCE,
    "second_best": st.column_config.TextColumn("Second best", width=180),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
    "is_reassigned": st.column_config.CheckboxColumn("Moved", width=60),
    "is_outlier": st.column_config.CheckboxColumn("Outlier", width=60),
}

SCORE_COLUMNS = {
    "category": st.column_config.TextColumn("Category"),
    "reason": st.column_config.TextColumn("Why it took no part", width="medium"),
    "final": st.column_config.TextColumn("Would join", width="large"),
    "confidence": CONFIDENCE,
    "second_best": st.column_config.TextColumn("Second best", width="medium"),
    "basis": st.column_config.TextColumn("Judged by"),
    "value_count": st.column_config.NumberColumn("Values", help="Of used features, both sides."),
    "imputed_count": st.column_config.NumberColumn("Of them guessed"),
}

MISSING_COLUMNS = {
    "category": st.column_config.TextColumn("Category"),
    "reason": st.column_config.TextColumn("Why it has no cluster", width="large"),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
}

REASON_COLUMNS = {
    "feature": st.column_config.TextColumn("Feature", width="medium"),
    "dataset": st.column_config.TextColumn("Side"),
    "value": st.column_config.NumberColumn("This store", format="%.3g"),
    "cluster_mean": st.column_config.NumberColumn("Mean of its cluster", format="%.3g"),
    "second_cluster_mean": st.column_config.NumberColumn("Mean of the second", format="%.3g"),
    "contribution": st.column_config.NumberColumn("Weight", format="percent"),
}

HISTORY_COLUMNS = {
    "category": st.column_config.TextColumn("Category"),
    "final": st.column_config.TextColumn("Final cluster", width="large"),
    "valid_from": st.column_config.DatetimeColumn("From", format="D MMM YYYY, HH:mm"),
    "valid_to": st.column_config.DatetimeColumn("Until", format="D MMM YYYY, HH:mm"),
}

CHANGE_COLUMNS = {
    "category": st.column_config.TextColumn("Category"),
    "before": st.column_config.TextColumn("Was in", width="medium"),
    "after": st.column_config.TextColumn("Is in", width="medium"),
    "reason": st.column_config.TextColumn("Reason", width="medium"),
}

NEIGHBOUR_COLUMNS = {
    "store_id": st.column_config.TextColumn("Store"),
    "store_name": st.column_config.TextColumn("Name", width="medium"),
    "cluster": st.column_config.TextColumn("Final cluster", width="large"),
    "is_same": st.column_config.CheckboxColumn("Same cluster"),
    "distance": st.column_config.NumberColumn("Distance", format="%.2f"),
}

HOW_REASONS = (
    "Each bar is a feature. To the right it speaks for the store's own cluster, to the left for "
    "the second best; the longer, the more. The table below has the values behind it."
)
HOW_NEIGHBOURS = (
    "Each bar is one of the stores most like this one; the shorter, the more alike. Its colour is "
    "that of its final cluster. Many colours mean that the store stands between clusters."
)


def ask_store(scope):
    """Ask for a store; it stands in the address, so that a link opens it."""
    left, right = st.columns(2)
    text = left.text_input(
        "Search by id or name", placeholder="Part of an id or a name", key="find"
    )
    found = lookup.search(scope.version, text, MOST_FOUND)
    names = {row["store_id"]: words_stores.name(row) for row in found.to_dict("records")}
    linked = st.query_params.get("store") or st.session_state.get("kept store")
    if linked and not text and linked not in names:
        known = lookup.store(scope.version, linked)
        if known:
            names = {linked: words_stores.name(known)} | names
        else:
            st.warning("There is no store with the id of this link. Choose one of those below.")
    if not names:
        st.info("No store has such an id or name. Take some letters away.")
        return None
    chosen = right.selectbox(
        f"Store ({words.several(len(names), 'store')} found)"
        if len(names) < MOST_FOUND
        else f"Store (the first {MOST_FOUND} found: type more of the name)",
        list(names),
        index=list(names).index(linked) if linked in names else 0,
        format_func=names.get,
    )
    st.query_params["store"] = st.session_state["kept store"] = chosen
    return chosen


def show_clusters(scope, store_id):
    """Show the clusters of the store in every category, and those it lacks."""
    st.subheader("In which clusters is it?")
    st.text(words_stores.about(lookup.store(scope.version, store_id)))
    placed = lookup.clusters(scope.version, store_id)
    here = placed[placed["category"] == scope.category]
    for row in here.to_dict("records"):
        for sentence in words_stores.cluster(row):
            st.text(sentence)
    if not placed.empty:
        show_table(placed, CLUSTER_COLUMNS, f"store {store_id} clusters")
    missing = lookup.without_cluster(scope.version, store_id)
    if not missing.empty:
        categories = len(clusters.categories(scope.version))
        st.text(words_stores.missing(missing, categories))
        show_scores(scope, store_id, missing)
    elif placed.empty:
        st.info("This store has a cluster in no category: nothing of it was sold or accepted.")
    return not here.empty


def show_scores(scope, store_id, missing):
    """Show why the store has no cluster, and which one it would join."""
    if not published.has_table(scope.version, "store_scores"):
        show_table(missing, MISSING_COLUMNS, f"store {store_id} without cluster")
        return
    scores = lookup.scores(scope.version, store_id)
    if scores.empty:
        show_table(missing, MISSING_COLUMNS, f"store {store_id} without cluster")
        st.text("Too little is known of it to say which cluster it would join.")
        return
    for row in scores[scores["category"] == scope.category].to_dict("records"):
        st.text(words_stores.score(row))
    show_table(scores, SCORE_COLUMNS, f"store {store_id} scores")


def show_reasons(scope, store_id):
    """Show what decided between its cluster and the second best."""
    st.subheader("What decided?")
    if published.has_table(scope.version, "cluster_moves"):
        moved = words_stores.move(lookup.move(scope.version, scope.category, store_id))
        if moved:
            st.text(moved)
    if not published.has_table(scope.version, "store_reasons"):
        say_absent("store_reasons", "what decided for one cluster and not the next")
        return
    reasons = lookup.reasons(scope.version, scope.category, store_id)
    if reasons.empty:
        st.info("There was nothing to decide: this category has one cluster for this store.")
        return
    for sentence in words_stores.reasons(reasons):
        st.text(sentence)
    chart = bar_chart(
        reasons["feature"].tolist(),
        reasons["contribution"].tolist(),
        title="Left: speaks for the second best · right: for its own cluster",
        form="+.0%",
        colours=[theme.COLOURS[0 if value >= 0 else 5] for value in reasons["contribution"]],
        hover=reasons["sentence"].fillna("").tolist(),
    )
    name = f"{scope.category} store {store_id} reasons"
    show_chart(chart, reasons, name, alt="What decided, feature by feature", how=HOW_REASONS)
    with st.expander("Exact figures"):
        show_table(reasons, REASON_COLUMNS, f"{name} table")


def show_neighbours(scope, store_id, *, is_clustered):
    """Show the stores most like it."""
    st.subheader("Which stores are most like it?")
    for table in ("store_features", "model_parameters"):
        if not published.has_table(scope.version, table):
            say_absent(table, "which stores are alike")
            return
    with st.spinner("Comparing all stores…"):
        found = lookup.neighbours(scope.version, scope.category, store_id, NEAREST)
    if found.empty:
        st.info("No store can be compared: the clustering saw no values of this one.")
        return
    sentence = words_stores.neighbours(found, scope.category, is_clustered=is_clustered)
    st.text(sentence)
    chart = bar_chart(
        [words_stores.name(row) for row in found.to_dict("records")],
        found["distance"].tolist(),
        title="Distance to the store",
        form=".2f",
        colours=[theme.colour(number) for number in found["colour_id"]],
        hover=found["cluster"].tolist(),
    )
    name = f"{scope.category} store {store_id} neighbours"
    show_chart(chart, found, name, alt=sentence, how=HOW_NEIGHBOURS)
    with st.expander("As a table"):
        show_table(found, NEIGHBOUR_COLUMNS, f"{name} table")


def show_history(scope, store_id):
    """Show in which clusters it was before."""
    st.subheader("Where was it before?")
    if published.has_table(scope.version, "cluster_changes"):
        changes = lookup.changes(scope.version, store_id)
        st.text(words_stores.changes(changes))
        if not changes.empty:
            show_table(changes, CHANGE_COLUMNS, f"store {store_id} changes")
    if not published.has_table(scope.version, "store_cluster_history"):
        say_absent("store_cluster_history", "where a store was before")
        return
    history = lookup.history(scope.version, store_id)
    if history.empty:
        st.info("No published run has had it in a cluster.")
        return
    st.text(words_stores.history(history))
    show_table(history, HISTORY_COLUMNS, f"store {store_id} history")


scope = filters.scope()
store_id = ask_store(scope)
if store_id:
    is_clustered = show_clusters(scope, store_id)
    if is_clustered:
        show_reasons(scope, store_id)
    show_history(scope, store_id)
    # last, because all stores are compared: the rest can be read meanwhile
    show_neighbours(scope, store_id, is_clustered=is_clustered)
