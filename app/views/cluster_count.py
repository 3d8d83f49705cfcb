"""Choice of k: why there are as many clusters, how good they are, what another number gives."""

import streamlit as st
import yaml

from app import words, words_counts
from app.charts import limits
from app.charts.clusters import cross_table_chart
from app.charts.counts import SCORES, SHOWN, score_chart, silhouette_chart
from app.data import clusters, counts, published, trials, what_if
from app.views import filters
from app.views.show import offer_file, say_absent, show_chart, show_table

SCORE_COLUMNS = {
    "k": st.column_config.NumberColumn("Clusters", width=70),
    "is_chosen": st.column_config.CheckboxColumn("Chosen", width=70),
    "is_valid": st.column_config.CheckboxColumn(
        "Possible", width=70, help="The smallest cluster is large enough."
    ),
    "reason": st.column_config.TextColumn("Reason", width="large"),
    "smallest_cluster": st.column_config.NumberColumn("Smallest", help="In stores."),
    "minimum_size": st.column_config.NumberColumn("Needed", help="In stores."),
    "silhouette": st.column_config.NumberColumn("Silhouette", format="%.3f"),
    "simplified_silhouette": st.column_config.NumberColumn("Simplified", format="%.3f"),
    "gap": st.column_config.NumberColumn("Gap", format="%.3f"),
    "bic": st.column_config.NumberColumn("BIC", format="%.0f"),
    "gmm_bic": st.column_config.NumberColumn("BIC of mixtures", format="%.0f"),
    "calinski_harabasz": st.column_config.NumberColumn("Calinski-Harabasz", format="%.0f"),
    "davies_bouldin": st.column_config.NumberColumn("Davies-Bouldin", format="%.3f"),
    "stability": st.column_config.NumberColumn("Stability", format="%.2f"),
}

FIGURE_COLUMNS = {
    "stage": st.column_config.TextColumn("Clusters of"),
    "which": st.column_config.TextColumn("Which"),
    "cluster_count": st.column_config.NumberColumn("Clusters"),
    "smallest_cluster": st.column_config.NumberColumn("Smallest", help="In stores."),
    "largest_cluster": st.column_config.NumberColumn("Largest", help="In stores."),
    "silhouette": st.column_config.NumberColumn("Silhouette", format="%.2f"),
}

TRIAL_COLUMNS = {
    "store_id": st.column_config.TextColumn("Store"),
    "published": st.column_config.TextColumn("Published cluster of the side"),
    "tried": st.column_config.TextColumn("Tried"),
    "published_final": st.column_config.TextColumn("Published final cluster"),
    "tried_final": st.column_config.TextColumn("Tried final"),
}

HOW_SCORES = (
    "Each panel is a score; from left to right there are more clusters. The star is the number "
    "that was chosen, a cross is one that leaves a cluster with too few stores. A dotted line is "
    "what the settings ask for at least. Scores need not agree: the rule says which of them "
    "decide.\n\n"
    "*Silhouette*: how much nearer stores are to their own cluster than to the next; *simplified* "
    "measures to the middles of clusters. *Gap*: how much tighter the clusters are than those of "
    "stores without any groups. *BIC*: how well the clusters fit, with a price for each one more. "
    "*Stability*: how alike the clusters are when some of the stores are drawn anew."
)
HOW_SILHOUETTES = (
    "Each bar is a store, the best of every cluster on top. Near 1 it is clearly in its cluster, "
    "at 0 it stands between two, below 0 it is nearer to another one. Beside the name of a "
    "cluster is its mean; the dotted line is the mean of all. Good clusters are wide blocks "
    "without a thin tail."
)
HOW_TABLE = (
    "Each row is a published cluster, each column one that was tried; a cell says how many stores "
    "they share. A row with several filled cells would be divided. The numbers of tried clusters "
    "go from the largest to the smallest and are no names."
)


def show_choice(scope):
    """Show the scores by number of clusters and the reasoning of the rule."""
    st.subheader("Why this number of clusters?")
    scores = counts.scores(scope.version, scope.category, scope.dataset)
    if scores.empty:
        st.info(
            "No number of clusters was tried on this side: there was no data, or its weight is 0. "
            "Choose the other side above."
        )
        return
    rule = counts.rule(scope.version, scope.dataset)
    said = words_counts.choice(scores, rule)
    for sentence in said:
        st.text(sentence)
    if {"is_valid", "minimum_size"} <= set(scores):
        st.text(words_counts.validity(scores))
    st.text(words_counts.stability(scores))
    if "is_valid" not in scores:
        say_absent("cluster_count_scores.is_valid", "which numbers were possible")
        return
    limits = {"smallest_cluster": scores["minimum_size"].max()}
    if rule.get("minimum_stability"):
        limits["stability"] = rule["minimum_stability"]
    every = st.toggle("All scores", key="every_score", bind="query-params")
    name = f"{scope.category} {scope.dataset} scores by k"
    chart = score_chart(scores, tuple(SCORES) if every else SHOWN, limits)
    show_chart(chart, scores, name, alt=said[0], how=HOW_SCORES)
    with st.expander("Exact figures and the reason for every number"):
        show_table(scores, SCORE_COLUMNS, f"{name} table")


def show_silhouettes(scope):
    """Show how clearly every store belongs to its cluster."""
    st.subheader("How clearly does each store belong to its cluster?")
    if not published.has_table(scope.version, "store_silhouettes"):
        say_absent("store_silhouettes", "how clearly stores belong to their clusters")
        return
    stage = st.segmented_control(
        "Clusters",
        [scope.dataset, "merged", "final"],
        format_func=words.STAGES.get,
        default=scope.dataset,
        required=True,
        key=f"silhouettes_{scope.dataset}",
        help=words.STAGES_HELP,
    )
    stores = counts.silhouettes(scope.version, scope.category, stage, limits.SHAPES)
    if stores.empty:
        st.info("These clusters have no silhouettes: there is one cluster, or none.")
        return
    said = words_counts.silhouettes(stores)
    for sentence in said:
        st.text(sentence)
    name = f"{scope.category} {stage} silhouettes"
    show_chart(silhouette_chart(stores), stores, name, alt=said[0], how=HOW_SILHOUETTES)


def show_trial(scope):
    """Let the reader try another number or another minimum size."""
    st.subheader("What if there were more or fewer?")
    st.text(
        "Try another number of clusters on this side, another minimum size of the final clusters, "
        "or both. It takes seconds and changes nothing that is published."
    )
    try:
        found = what_if.published(scope.version, scope.category)
        k, minimum = ask_trial(scope, found)
        if k is None and minimum is None:
            st.info("Enter a number to see what it would give.")
            return
        with st.spinner("Clustering the stores anew…"):
            trial = what_if.try_out(scope.version, scope.category, scope.dataset, k, minimum)
    except what_if.UntriableError as problem:
        st.info(str(problem))
        return
    show_result(scope, found, trial, is_number=k is not None)
    show_snippet(scope, what_if.snippet(scope.dataset, k, minimum))


def ask_trial(scope, found):
    """Ask for a number of clusters and a minimum size; none keeps what is published."""
    left, right = st.columns(2)
    k = None
    if scope.dataset not in found.components:
        left.info("This side has no model: only the minimum size can be tried.")
    elif trials.chooses_its_own_count(found, scope.dataset):
        left.info("The algorithm of this side finds the number itself: try a minimum size.")
    else:
        scores = counts.scores(scope.version, scope.category, scope.dataset)
        chosen = scores[scores["is_chosen"].astype("bool")]["k"]
        k = left.number_input(
            f"Number of {words.STAGES[scope.dataset].lower()} clusters",
            min_value=1,
            max_value=100,
            value=None,
            placeholder=f"as published: {chosen.iloc[0]}" if len(chosen) else "as published",
            key=f"try_k_{scope.dataset}",
            bind="query-params",
        )
    if not trials.can_merge(found):
        right.info(
            "Final clusters can be tried only where merging.method is cross: here the clusters "
            "of the side are shown."
        )
        return k, None
    share = what_if.is_share(found)
    setting = found.settings["merging"]["minimum_cluster_size"]
    entered = right.number_input(
        "Smallest final cluster, in % of the stores" if share else "Smallest final cluster, stores",
        min_value=0.1 if share else 1,
        max_value=99.0 if share else 1_000_000,
        value=None,
        step=0.5 if share else 1,
        placeholder=f"as published: {words_counts.minimum(setting)}",
        key="try_minimum",
        bind="query-params",
    )
    return k, what_if.entered_minimum(found, entered)


def show_result(scope, found, trial, *, is_number):
    """Show what was tried beside what is published."""
    for sentence in words_counts.trial(trial.figures):
        st.text(sentence)
    st.text(words_counts.sample(len(found.stores), found.store_count))
    name = f"{scope.category} {scope.dataset} tried"
    show_table(trial.figures, FIGURE_COLUMNS, f"{name} figures")
    tables = [(words_counts.STAGES[scope.dataset], "published", "tried")] if is_number else []
    if trials.can_merge(found):
        tables.append((words_counts.STAGES["final"], "published_final", "tried_final"))
    if not tables:
        return
    for tab, (title, before, after) in zip(
        st.tabs([title for title, *_ in tables]), tables, strict=True
    ):
        stage = "final" if before == "published_final" else scope.dataset
        there = clusters.at_stage(scope.version, scope.category, stage)
        titles = dict(zip(there["cluster"], there["title"], strict=True))
        flows = trials.flows(trial, before, after, titles)
        with tab:
            show_chart(
                cross_table_chart(flows),
                flows,
                f"{name} {before}",
                alt=f"{title}, published against tried",
                how=HOW_TABLE,
            )
    with st.expander("The stores one by one"):
        show_table(trial.stores, TRIAL_COLUMNS, f"{name} stores")


def show_snippet(scope, wanted):
    """Offer the settings that a run needs to publish what was tried."""
    fault = what_if.fault_of(scope.version, wanted)
    if fault:
        st.text(f"A run would refuse these settings. {fault}")
        return
    st.text(
        "To publish it, put these lines into your settings file (they hold for every category) "
        "and run make run SETTINGS=your-file.yml."
    )
    text = yaml.safe_dump(wanted, sort_keys=False)
    st.code(text, language="yaml")
    icon = ":material/download:"
    offer_file(
        "Settings", text, "tried-settings.yml", "application/yaml", type="tertiary", icon=icon
    )


scope = filters.scope()
show_choice(scope)
if clusters.counts(scope.version, scope.category)["stores_clustered"]:
    show_silhouettes(scope)
    show_trial(scope)
else:
    st.info("No store of this category has a cluster, so there is nothing to try.")
