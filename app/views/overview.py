"""Overview: the clusters of a category, their stores, and what is left out."""

import streamlit as st

from app import words
from app.charts.clusters import size_chart
from app.charts.stores import location_chart
from app.data import clusters, coverage, stores
from app.views import filters
from app.views.show import show_chart, show_table

HOW_SIZES = (
    "Each bar is a cluster; the longer it is, the more stores are in it. "
    "Point at a bar to see its sales."
)
HOW_MAP = (
    "Each point is a store where it stands; its colour and shape are those of its cluster. "
    "Drag to zoom, double-click to see all again, click a cluster in the legend to hide it."
)

CLUSTER_COLUMNS = {
    "cluster": st.column_config.TextColumn("Cluster", width="large"),
    "store_count": st.column_config.NumberColumn("Stores", format="localized"),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
    "sales_share_percent": st.column_config.NumberColumn("Share of sales", format="%.1f %%"),
    "is_small": st.column_config.CheckboxColumn("Few stores"),
    "typical_store": st.column_config.TextColumn("Most typical store", width="medium"),
}

STORE_COLUMNS = {
    "store_id": st.column_config.TextColumn("Store"),
    "store_name": st.column_config.TextColumn("Name", width="medium"),
    "cluster": st.column_config.TextColumn("Cluster", width="medium"),
    "internal_cluster_id": st.column_config.NumberColumn("Internal", format="%d"),
    "external_cluster_id": st.column_config.NumberColumn("External", format="%d"),
    "confidence": st.column_config.ProgressColumn(
        "Confidence", format="percent", min_value=0, max_value=1
    ),
    "is_reassigned": st.column_config.CheckboxColumn("Reassigned"),
    "is_outlier": st.column_config.CheckboxColumn("Outlier"),
}

REASON_COLUMNS = {
    "reason": st.column_config.TextColumn("Reason", width="large"),
    "stores": st.column_config.NumberColumn("Stores", format="localized"),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
}


def show_sizes(sizes):
    """Show how large each cluster is."""
    st.subheader("How large is each cluster?")
    sentence = words.sizes(sizes)
    st.text(sentence)
    show_chart(size_chart(sizes), sizes, "cluster sizes", alt=sentence, how=HOW_SIZES)
    show_table(sizes, CLUSTER_COLUMNS, "clusters")


def show_stores(version, category, sizes):
    """Show which store is in which cluster, on a map and in a list."""
    st.subheader("Which store is where?")
    everyone = stores.assignments(version, category)
    placed = stores.locations(version, category)
    sentence = words.locations(len(placed), len(everyone))
    st.text(sentence)
    if placed.empty:
        st.info("No store of this category has coordinates. Add latitude and longitude to see it.")
    else:
        show_chart(
            location_chart(placed), placed, "store map", alt=sentence, how=HOW_MAP, movable=True
        )

    titles = dict(zip(sizes["cluster_id"], sizes["cluster"], strict=True))
    left, right = st.columns(2)
    chosen = left.multiselect(
        "Clusters",
        sorted(titles),
        format_func=titles.get,
        placeholder="All clusters",
        key=f"clusters of {category}",
    )
    text = right.text_input("Store id or name", placeholder="Part of an id or a name", key="text")
    listed = stores.assignments(version, category, chosen, text)
    st.text(words.assignments(listed, len(everyone)))
    if listed.empty:
        st.info("No store matches. Take a cluster or some letters away.")
    else:
        show_table(listed, STORE_COLUMNS, "stores")


def show_count_reasons(version, category):
    """Show why there are as many clusters."""
    st.subheader("Why this number of clusters?")
    for sentence in words.count_reasons(clusters.count_reasons(version, category)):
        st.text(sentence)


def show_stores_without_cluster(version, category):
    """Show which stores are in no cluster."""
    st.subheader("Which stores have no cluster?")
    reasons = coverage.stores_without_cluster(version, category)
    st.text(words.stores_without_cluster(reasons))
    if not reasons.empty:
        show_table(reasons, REASON_COLUMNS, "stores without cluster")


scope = filters.scope()
version, category = scope.version, scope.category

figures = words.totals(coverage.totals(version))
for column, (label, value, explanation) in zip(st.columns(len(figures)), figures, strict=True):
    column.metric(label, value, help=explanation, border=True)

sizes = clusters.sizes(version, category)
if sizes.empty:
    st.info("This category has no clusters. The reasons are below.")
else:
    show_sizes(sizes)
    show_stores(version, category, sizes)
show_count_reasons(version, category)
show_stores_without_cluster(version, category)
