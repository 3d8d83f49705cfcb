"""Feature distributions: how one feature is spread in every cluster, and over all stores."""

import streamlit as st

from app import feature_words
from app.charts.spread import box_chart, histogram_chart, violin_chart
from app.data import clusters, features, published
from app.views import filters
from app.views.show import say_absent, show_chart, show_table

CHARTS = {"box": "Boxes", "violin": "Violins", "histogram": "Histograms"}
FEWEST_BINS, MOST_BINS, BINS = 5, 60, 30

COLUMNS = {
    "title": st.column_config.TextColumn("Cluster", width=260),
    "store_count": st.column_config.NumberColumn("Stores", format="localized"),
    "missing_count": st.column_config.NumberColumn(
        "Without", format="localized", help="Stores that have no value."
    ),
    "mean": st.column_config.NumberColumn("Mean", format="%.4g"),
    "deviation": st.column_config.NumberColumn("Deviation", format="%.4g"),
    "minimum": st.column_config.NumberColumn("Lowest", format="%.4g"),
    "p05": st.column_config.NumberColumn("5 %", format="%.4g", help="5 % of the stores are below."),
    "p25": st.column_config.NumberColumn("25 %", format="%.4g"),
    "median": st.column_config.NumberColumn("Median", format="%.4g"),
    "p75": st.column_config.NumberColumn("75 %", format="%.4g"),
    "p95": st.column_config.NumberColumn("95 %", format="%.4g"),
    "maximum": st.column_config.NumberColumn("Highest", format="%.4g"),
}

HOW = {
    "box": (
        "Each row is a cluster; the grey one on top is all stores. The box holds the middle half "
        "of the stores, the line in it is the median, the dashed line the mean; the thin lines "
        "reach from the 5th to the 95th percentile. Boxes that do not overlap mean that the "
        "feature parts these clusters."
    ),
    "violin": (
        "Each row is a cluster; the grey one on top is all stores. An outline is high where many "
        "stores of the cluster have such a value, and ends with its lowest and highest one. The "
        "diamond is the median, the thick line the middle half of the stores. Outlines are "
        "smoothed histograms."
    ),
    "histogram": (
        "Each block is a cluster; the grey one on top is all stores. A bar says which share of the "
        "cluster's stores has a value in its range. The first and the last bar also hold what lies "
        "beyond: the bars reach from the 1st to the 99th percentile of all stores."
    ),
}


def ask_feature(titles):
    """Ask for the feature; it stands in the address."""
    if st.session_state.get("feature") not in titles:  # of another category
        st.session_state.pop("feature", None)
    return st.selectbox("Feature", titles, key="feature", bind="query-params", width=380)


def ask(titles):
    """Ask for the feature, the chart and the values."""
    with st.container(horizontal=True, gap="medium"):
        title = ask_feature(titles)
        chart = st.segmented_control(
            "Chart",
            list(CHARTS),
            format_func=CHARTS.get,
            default="box",
            required=True,
            key="spread",
            bind="query-params",
            persist_state="session",
        )
        values = st.segmented_control(
            "Values",
            list(feature_words.VALUES),
            format_func=feature_words.VALUES.get,
            default="raw",
            required=True,
            key="values",
            bind="query-params",
            persist_state="session",
            help=feature_words.VALUES_HELP,
        )
    return title, chart, values


def of_chosen(scope, frame):
    """Return the rows of the chosen clusters and of all stores."""
    if not scope.clusters:
        return frame
    return frame[frame["cluster"].isna() | frame["cluster"].isin(scope.clusters)]


def show_spread(scope):
    """Show how a feature is spread."""
    titles = features.offered(scope.version, scope.category)["title"].tolist()
    if not titles:
        st.info("No feature is published of this category. Run `make run` to publish again.")
        return
    title, chart, values = ask(titles)
    place = (scope.version, scope.category, scope.stage)
    statistics = features.statistics(*place, [title], values)
    sentence = feature_words.spread(statistics)
    st.text(sentence)
    statistics = of_chosen(scope, statistics)
    if statistics["median"].isna().all():
        st.info("Choose another feature, or the values as read: the clustering used none of these.")
        return
    axis = f"{title}, {feature_words.VALUES[values].lower()}"
    name = f"{scope.label} {title} {values}"
    if chart == "box":
        figure, frame = box_chart(statistics, axis), statistics
    else:
        bins = MOST_BINS if chart == "violin" else ask_bins()
        frame = of_chosen(scope, features.histogram(*place, title, values=values, bins=bins))
        figure = (
            violin_chart(frame, statistics, axis)
            if chart == "violin"
            else histogram_chart(frame, axis)
        )
    show_chart(figure, frame, f"{name} {chart}", alt=sentence, how=HOW[chart])
    st.subheader("The same in figures")
    show_table(statistics, COLUMNS, f"{name} statistics")


def ask_bins():
    """Ask how many bars a histogram has."""
    return st.slider(
        "Bars", FEWEST_BINS, MOST_BINS, BINS, key="bins", bind="query-params", width=380
    )


scope = filters.scope()
if not published.has_table(scope.version, "store_features"):
    say_absent("store_features", "what is known of its stores")
elif clusters.counts(scope.version, scope.category)["stores_clustered"]:
    show_spread(scope)
else:
    st.info("No store of this category has a cluster. The overview says why.")
