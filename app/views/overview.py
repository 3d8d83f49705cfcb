"""Overview: the clusters of a category, how good they are, what changed, what is left out."""

import streamlit as st

from app import words
from app.charts.clusters import size_chart
from app.data import clusters, coverage, published, quality
from app.views import filters
from app.views.show import NEXT, say_absent, show_chart, show_table

CLUSTER_COLUMNS = {
    "cluster": st.column_config.TextColumn("Cluster", width="large"),
    "store_count": st.column_config.NumberColumn("Stores", format="localized"),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
    "sales_share_percent": st.column_config.NumberColumn("Share of sales", format="%.1f %%"),
    "is_small": st.column_config.CheckboxColumn("Few stores"),
    "typical_store": st.column_config.TextColumn("Most typical store", width="medium"),
}

QUALITY_COLUMNS = {
    "stage": st.column_config.TextColumn("Clusters of", help=words.STAGES_HELP),
    "cluster_count": st.column_config.NumberColumn("Clusters"),
    "smallest_cluster": st.column_config.NumberColumn("Smallest", help="In stores."),
    "largest_cluster": st.column_config.NumberColumn("Largest", help="In stores."),
    "silhouette": st.column_config.NumberColumn(
        "Silhouette",
        format="%.2f",
        help="How much nearer stores are to their own cluster than to the next: 1 is far "
        "apart, 0 is no difference.",
    ),
    "davies_bouldin": st.column_config.NumberColumn(
        "Davies-Bouldin",
        format="%.2f",
        help="How like each cluster is to the one most like it; lower is better.",
    ),
    "variance_explained": st.column_config.NumberColumn(
        "Variance explained",
        format="percent",
        help="The part of the differences between stores that lies between clusters.",
    ),
    "mix_homogeneity": st.column_config.NumberColumn(
        "Same sales mix",
        format="percent",
        help="The part of its sales on which a store agrees with its cluster, on average.",
    ),
}

SOURCE_COLUMNS = {
    "source": st.column_config.TextColumn("Source", width="medium"),
    "rows_read": st.column_config.NumberColumn("Rows read", format="localized"),
    "rows_accepted": st.column_config.NumberColumn("Rows used", format="localized"),
    "rows_rejected": st.column_config.NumberColumn("Rows refused", format="localized"),
}

REASON_COLUMNS = {
    "reason": st.column_config.TextColumn("Reason", width="large"),
    "stores": st.column_config.NumberColumn("Stores", format="localized"),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
}

HOW_SIZES = (
    "Each bar is a cluster; the longer it is, the more stores are in it. Its colour is the "
    "same on every page. Point at a bar to see its sales."
)


def show_figures(version):
    """Show the few numbers of the whole publish."""
    st.text("All categories together:")
    figures = words.totals(coverage.totals(version))
    for column, (label, value, explanation) in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(label, value, help=explanation, border=True)


def show_sizes(version, category):
    """Show how large each cluster is."""
    st.subheader("How large is each cluster?")
    sizes = clusters.at_stage(version, category, "final")
    details = clusters.sizes(version, category)
    sentence = words.sizes(sizes)
    st.text(sentence)
    show_chart(size_chart(sizes), sizes, f"{category} sizes", alt=sentence, how=HOW_SIZES)
    show_table(details, CLUSTER_COLUMNS, f"{category} clusters")
    if details["is_small"].any():
        st.text(words.small(details))
    st.page_link(
        "views/cluster_profile.py", label="What sets each apart: Cluster profile", icon=NEXT
    )


def show_quality(version, category):
    """Show how good the clusters are."""
    st.subheader("How good are the clusters?")
    if not published.has_table(version, "cluster_metrics"):
        say_absent("cluster_metrics", "how good the clusters are")
        return
    stages = quality.by_stage(version, category)
    for sentence in words.quality(stages):
        st.text(sentence)
    with st.expander("Exact figures of every stage"):
        show_table(stages, QUALITY_COLUMNS, f"{category} quality")


def show_changes(version, category):
    """Show what changed since the published run before."""
    st.subheader("What changed since the last run?")
    if not published.has_table(version, "run_stability"):
        say_absent("run_stability", "what changed since the last run")
        return
    st.text(words.stability(quality.stability(version, category)))
    st.page_link("views/comparison.py", label="Which stores, and why: Comparison", icon=NEXT)


def show_left_out(version, category):
    """Show which stores are in no cluster, and what was refused."""
    st.subheader("What is left out?")
    reasons = coverage.stores_without_cluster(version, category)
    st.text(words.stores_without_cluster(reasons))
    if not reasons.empty:
        show_table(reasons, REASON_COLUMNS, f"{category} stores without cluster")
    sources = coverage.sources(version)
    st.text(words.sources(sources))
    with st.expander("Rows of every source"):
        show_table(sources, SOURCE_COLUMNS, "sources")


scope = filters.scope()
show_figures(scope.version)
if clusters.counts(scope.version, scope.category)["clusters"]:
    show_sizes(scope.version, scope.category)
    show_quality(scope.version, scope.category)
    show_changes(scope.version, scope.category)
else:
    st.info("This category has no clusters. The reasons are below.")
st.subheader("Why this number of clusters?")
for sentence in words.count_reasons(clusters.count_reasons(scope.version, scope.category)):
    st.text(sentence)
st.page_link("views/cluster_count.py", label="What these scores mean: Choice of k", icon=NEXT)
show_left_out(scope.version, scope.category)
