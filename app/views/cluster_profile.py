"""Cluster profile: one cluster, what sets it apart, and what to take away of it."""

from functools import partial

import streamlit as st

from app import profile_words, words
from app.charts.differences import MEASURES, difference_chart
from app.data import plans, profiles, published, runs
from app.export import frames
from app.export.profile import profile_page
from app.export.workbook import planner_workbook
from app.views import filters
from app.views.show import EXCEL, offer_file, say_absent, show_chart, show_table

MOST_BARS, MOST_STORES = 15, 10

FEATURE_COLUMNS = {
    "feature": st.column_config.TextColumn("Feature", width="medium"),
    "dataset": st.column_config.TextColumn("Side"),
    "cluster_mean": st.column_config.NumberColumn("Mean here", format="%.4g"),
    "chain_mean": st.column_config.NumberColumn("Mean of the chain", format="%.4g"),
    "index_vs_chain": st.column_config.NumberColumn(
        "Index", format="%.0f", help="100 is the mean of the chain."
    ),
    "effect_size": st.column_config.NumberColumn(
        "Effect",
        format="%+.2f",
        help="Difference to all other stores in standard deviations; beyond 0.8 it is large.",
    ),
    "is_used": st.column_config.CheckboxColumn("Used", help="The clustering used it."),
}

RULE_COLUMNS = {
    "rule": st.column_config.TextColumn("Rule", width=560),
    "precision": st.column_config.NumberColumn(
        "Right", format="percent", help="Of the stores that fulfil it, the part in this cluster."
    ),
    "recall": st.column_config.NumberColumn(
        "Covers", format="percent", help="Of the stores of this cluster, the part that fulfils it."
    ),
    "store_count": st.column_config.NumberColumn("Stores", format="localized"),
}

NEED_COLUMNS = {
    "need_state": st.column_config.TextColumn("Need state", width="medium"),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
    "share_of_cluster": st.column_config.NumberColumn("Share here", format="percent"),
    "share_of_chain": st.column_config.NumberColumn("Share in the chain", format="percent"),
    "index_vs_chain": st.column_config.NumberColumn("Index", format="%.0f"),
}

STORE_COLUMNS = {
    "store_id": st.column_config.TextColumn("Store"),
    "store_name": st.column_config.TextColumn("Name", width=100),
    "confidence": st.column_config.ProgressColumn(
        "Confidence",
        format="percent",
        min_value=0,
        max_value=1,
        width=100,
        help="100 % in the middle of its cluster, 0 % on the border to the next.",
    ),
    "next_cluster": st.column_config.TextColumn("Next cluster", width=130),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
}

HOW_FEATURES = (
    "Each bar is a feature. Blue, to the right: this cluster has more of it than the chain. "
    "Orange, to the left: less. The features that tell the cluster best from the others come "
    "first. *Index* compares means: +50 % is half as much again as in the chain. *Effect* is the "
    "difference to all other stores in standard deviations: beyond 0.8 it is large."
)
HOW_NEEDS = (
    "Each bar is a need state, the one with most sales first. Blue, to the right: it is a larger "
    "part of the sales here than in the chain. Orange, to the left: a smaller part."
)


def ask_cluster(found):
    """Ask for one of the clusters; its id stands in the address."""
    titles = dict(zip(found["final_cluster_id"].astype(str), found["title"], strict=True))
    wanted = st.session_state.get("cluster") or st.query_params.get("cluster")
    st.session_state["cluster"] = wanted if wanted in titles else next(iter(titles))
    chosen = st.selectbox(
        "Cluster",
        list(titles),
        format_func=titles.get,
        key="cluster",
        persist_state="session",
        width=520,
    )
    st.query_params["cluster"] = chosen
    return profiles.chosen(found, int(chosen))


def show_head(cluster, clusters):
    """Show how large the cluster is."""
    st.text(profile_words.cluster(cluster, clusters))
    figures = (
        ("Stores", words.count(cluster["store_count"])),
        ("Share of stores", words.percent(cluster["store_share"])),
        ("Sales", words.count(cluster["sales_amount"])),
        ("Share of sales", words.percent(cluster["sales_share"])),
    )
    for column, (label, value) in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(label, value, border=True)
    if cluster["is_small"]:
        st.text(profile_words.small(cluster))


def offer_files(scope, cluster):
    """Offer the page to print and the workbook of the category; made when asked for."""
    if runs.latest(scope.version) is None:
        st.text("The run that published this is not recorded, so there is no page to print.")
        return
    name = frames.file_name(scope.category, "cluster", cluster["final_cluster_id"])
    with st.container(horizontal=True, gap="small"):
        offer_file(
            "Page to print",
            partial(make_page, scope, cluster["final_cluster_id"]),
            f"{name}.html",
            "text/html",
            icon=":material/print:",
            help="One page of A4 about this cluster, as a file that needs no other.",
        )
        offer_file(
            "Workbook of the category",
            partial(make_workbook, scope),
            f"{frames.file_name(scope.category)}.xlsx",
            EXCEL,
            icon=":material/table_view:",
            help="All clusters and stores of the category, with what each column means.",
        )


def make_page(scope, cluster_id):
    """Write the page of a cluster as a file of its own."""
    tables = plans.tables(scope.version, scope.category)
    return profile_page(scope.category, cluster_id, tables, plans.run(scope.version))


def make_workbook(scope):
    """Write the workbook of the category."""
    version = scope.version
    tables = plans.tables(version, scope.category)
    return planner_workbook(scope.category, tables, plans.run(version), plans.comments(version))


def show_features(scope, cluster_id, name):
    """Show in which features the cluster differs."""
    st.subheader("What sets it apart?")
    if not published.has_table(scope.version, "cluster_features"):
        say_absent("cluster_features", "what sets its clusters apart")
        return
    found = profiles.features(scope.version, scope.category, cluster_id)
    if found.empty:
        st.info("No feature is published of this cluster. Run `make run` to publish again.")
        return
    sentence = profile_words.features(found)
    st.text(sentence)
    measure = st.segmented_control(
        "Length of a bar",
        list(MEASURES),
        format_func={"index_vs_chain": "Index", "effect_size": "Effect"}.get,
        default="index_vs_chain",
        required=True,
        key="difference",
        bind="query-params",
        label_visibility="collapsed",
    )
    drawn = found[found[measure].notna()].head(MOST_BARS)
    st.text(profile_words.bars(len(drawn), len(found), "feature"))
    figure = difference_chart(drawn, "feature", measure, MOST_BARS)
    show_chart(figure, found, f"{name} features", alt=sentence, how=HOW_FEATURES)
    with st.expander("Exact figures of all features"):
        show_table(found, FEATURE_COLUMNS, f"{name} all features")


def show_rules(scope, cluster_id, name):
    """Show the rules that describe the cluster."""
    st.subheader("How can one recognise it?")
    if not published.has_table(scope.version, "cluster_rules"):
        say_absent("cluster_rules", "which rules describe its clusters")
        return
    found = profiles.rules(scope.version, scope.category, cluster_id)
    st.text(profile_words.rules(found))
    if not found.empty:
        show_table(found, RULE_COLUMNS, f"{name} rules")


def show_needs(scope, cluster_id, name):
    """Show what the cluster sells."""
    st.subheader("What does it sell?")
    if not published.has_table(scope.version, "need_state_sales"):
        say_absent("need_state_sales", "what its clusters sell")
        return
    found = profiles.need_states(scope.version, scope.category, cluster_id)
    sentence = profile_words.need_states(found)
    st.text(sentence)
    if found.empty:
        return
    drawn = found[found["index_vs_chain"].notna()].head(MOST_BARS)
    st.text(profile_words.bars(len(drawn), len(found), "need state"))
    figure = difference_chart(drawn, "need_state", most=MOST_BARS)
    show_chart(figure, found, f"{name} need states", alt=sentence, how=HOW_NEEDS)
    with st.expander("Exact figures of all need states"):
        show_table(found, NEED_COLUMNS, f"{name} all need states")


def show_stores(scope, cluster, name):
    """Show the stores that are most and least like the cluster."""
    st.subheader("Which stores show it best, and which least?")
    ask = partial(profiles.stores, scope.version, scope.category, cluster["final_cluster_id"])
    typical, borderline = ask("typical", MOST_STORES), ask("borderline", MOST_STORES)
    st.text(profile_words.stores(len(typical), len(borderline), cluster["store_count"]))
    left, right = st.columns(2)
    with left:
        st.text("Typical: nearest to the middle of the cluster")
        show_table(typical, STORE_COLUMNS, f"{name} typical", whole=partial(ask, "typical"))
    with right:
        st.text("On the border: could as well be in the next cluster")
        if borderline.empty:
            st.info("There is no other cluster in this category.")
        else:
            whole = partial(ask, "borderline")
            show_table(borderline, STORE_COLUMNS, f"{name} borderline", whole=whole)


scope = filters.scope()
found = profiles.clusters(scope.version, scope.category)
if found.empty:
    st.info("No store of this category has a cluster. The overview says why.")
else:
    cluster = ask_cluster(found)
    cluster_id = cluster["final_cluster_id"]
    name = f"{scope.category} cluster {cluster_id}"
    show_head(cluster, len(found))
    offer_files(scope, cluster)
    show_features(scope, cluster_id, name)
    show_rules(scope, cluster_id, name)
    show_stores(scope, cluster, name)
    show_needs(scope, cluster_id, name)
