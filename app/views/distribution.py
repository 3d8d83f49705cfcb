"""Clusters: how stores and sales divide over the clusters of every stage."""

from functools import partial

import streamlit as st

from app import words
from app.charts import limits
from app.charts.clusters import MEASURES, attribute_chart, category_chart, size_chart
from app.charts.stores import location_chart
from app.data import attributes, clusters, published, stores
from app.views import filters
from app.views.show import show_chart, show_table

SIZE_COLUMNS = {
    "title": st.column_config.TextColumn("Cluster", width="large"),
    "store_count": st.column_config.NumberColumn("Stores", format="localized"),
    "store_share": st.column_config.NumberColumn("Share of stores", format="percent"),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
    "sales_share": st.column_config.NumberColumn("Share of sales", format="percent"),
}

STORE_COLUMNS = {
    "store_id": st.column_config.TextColumn("Store"),
    "store_name": st.column_config.TextColumn("Name", width=110),
    "cluster": st.column_config.TextColumn("Cluster", width=270),
    "merged_label": st.column_config.TextColumn("Merged", width=60),
    "internal_cluster_id": st.column_config.NumberColumn("Internal", format="%d", width=55),
    "external_cluster_id": st.column_config.NumberColumn("External", format="%d", width=55),
    "confidence": st.column_config.ProgressColumn(
        "Confidence",
        format="percent",
        min_value=0,
        max_value=1,
        width=110,
        help="100 % in the middle of its final cluster, 0 % on the border to the next.",
    ),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
    "is_reassigned": st.column_config.CheckboxColumn("Moved", width=60),
    "is_outlier": st.column_config.CheckboxColumn("Outlier", width=60),
}

HOW_SIZES = (
    "Each bar is a cluster; choose above the chart what its length means. Change *Labels* to see "
    "the clusters of one side alone, or those before small clusters were dissolved."
)
HOW_CATEGORIES = (
    "Each bar is a category, each part one of its clusters, as wide as its share of the stores. "
    "Cluster 1 of one category has nothing to do with cluster 1 of another."
)
HOW_ATTRIBUTE = (
    "Each row is a cluster. A cell says which share of the cluster's stores has the value above "
    "it; the darker, the more. Rows that look alike mean that the clusters do not differ in it."
)
HOW_MAP = (
    "Each point is a store where it stands; its colour and shape are those of its cluster. "
    "Drag to zoom, double-click to see all again, click a cluster in the legend to hide it."
)


def of_chosen(scope, frame):
    """Return the rows of the chosen clusters; of all if none is chosen."""
    return frame[frame["cluster"].isin(scope.clusters)] if scope.clusters else frame


def show_sizes(scope):
    """Show how large the clusters of the stage are, by the measure of one's choice."""
    st.subheader("How large is each cluster?")
    sizes = clusters.at_stage(scope.version, scope.category, scope.stage)
    sentence = words.sizes(sizes)
    st.text(sentence)
    sizes = of_chosen(scope, sizes)
    measure = st.segmented_control(
        "Length of a bar",
        list(MEASURES),
        format_func=lambda name: MEASURES[name][0],
        default="store_count",
        required=True,
        key="measure",
        label_visibility="collapsed",
    )
    name = f"{scope.label} sizes"
    show_chart(size_chart(sizes, measure), sizes, name, alt=sentence, how=HOW_SIZES)
    with st.expander("Exact figures"):
        show_table(sizes, SIZE_COLUMNS, f"{name} table")


def show_categories(scope):
    """Show how the stores of every category divide."""
    st.subheader("Is it alike in every category?")
    sizes = clusters.by_category(scope.version, scope.stage)
    sentence = words.categories(sizes)
    st.text(sentence)
    show_chart(
        category_chart(sizes), sizes, f"{scope.stage} by category", alt=sentence, how=HOW_CATEGORIES
    )


def show_attribute(scope):
    """Show how an attribute of the stores divides over the clusters."""
    st.subheader("Which stores are in which cluster?")
    known = {}
    if published.has_table(scope.version, "store_features"):
        known |= {f"x:{name}": name for name in attributes.external_features(scope.version)}
    known |= {f"list:{name}": name for name in attributes.listed(scope.version)}
    known |= attributes.OF_THE_STORE
    chosen = st.selectbox(
        "Attribute of the stores", list(known), format_func=known.get, key="attribute", width=420
    )
    place = (scope.version, scope.category, scope.stage)
    if chosen.startswith("x:"):
        shares = attributes.feature_by_cluster(*place, known[chosen])
    else:
        shares = attributes.by_cluster(*place, chosen)
    sentence = words.attribute(known[chosen], shares)
    st.text(sentence)
    shares = of_chosen(scope, shares)
    show_chart(
        attribute_chart(shares),
        shares,
        f"{scope.label} by attribute",
        alt=sentence,
        how=HOW_ATTRIBUTE,
    )


def show_map(scope):
    """Show where the stores stand."""
    st.subheader("Where are the stores?")
    placed = stores.locations(
        scope.version, scope.category, scope.stage, scope.clusters, limits.POINTS
    )
    everyone = of_chosen(scope, clusters.at_stage(scope.version, scope.category, scope.stage))
    of = placed["placed"].max() if len(placed) else 0
    sentence = words.locations(len(placed), of, everyone["store_count"].sum())
    st.text(sentence)
    if placed.empty:
        st.info("None of these stores has coordinates. Add latitude and longitude to see them.")
        return
    show_chart(
        location_chart(placed),
        placed,
        f"{scope.label} map",
        alt=sentence,
        how=HOW_MAP,
        movable=True,
    )


def show_stores(scope, total):
    """List the stores of the chosen clusters."""
    st.subheader("The stores one by one")
    text = st.text_input(
        "Store id or name", placeholder="Part of an id or a name", key="text", width=420
    )
    ask = partial(
        stores.assignments, scope.version, scope.category, scope.stage, scope.clusters, text
    )
    listed = ask(most=limits.ROWS)
    st.text(words.assignments(listed, total))
    if listed.empty:
        st.info("No store matches. Take a cluster or some letters away.")
        return
    show_table(listed, STORE_COLUMNS, f"{scope.label} stores", whole=ask)


scope = filters.scope()
total = clusters.counts(scope.version, scope.category)["stores_clustered"]
if total:
    show_sizes(scope)
    show_map(scope)
    show_attribute(scope)
    show_stores(scope, total)
    show_categories(scope)
else:
    st.info("No store of this category has a cluster. The overview says why.")
