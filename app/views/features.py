"""Features and clusters: stores by features of one's choice, and a list of those selected."""

import streamlit as st

from app import feature_words
from app.charts import limits
from app.charts.lines import median_lines_chart, store_lines_chart
from app.charts.points import scatter_chart, space_chart
from app.data import clusters, features, published
from app.views import filters
from app.views.show import say_absent, show_chart, show_table

CHARTS = {"plane": "Two features", "space": "Three features", "lines": "Many features"}
LINES = {"medians": "One line per cluster", "stores": "One line per store"}
MOST_AXES, AXES = 12, 6

STORE_COLUMNS = {
    "store_id": st.column_config.TextColumn("Store"),
    "store_name": st.column_config.TextColumn("Name", width=130),
    "title": st.column_config.TextColumn("Cluster", width=260),
    "confidence": st.column_config.ProgressColumn(
        "Confidence", format="percent", min_value=0, max_value=1, width=100
    ),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
}

HOW_PLANE = (
    "Each point is a store; its colour and shape are those of its cluster. Clusters that lie "
    "apart differ in these two features; clusters on top of each other differ in others. The "
    "tools above the chart draw a box or a lasso: the stores in it are listed below. Click a "
    "cluster in the legend to hide it, double-click it to see it alone."
)
HOW_SPACE = (
    "Each point is a store; its colour and shape are those of its cluster. Drag to turn, scroll "
    "to come nearer, double-click to start again. To select stores, choose *Two features*."
)
HOW_LINES = (
    "Each upright line is a feature, from the 5th percentile of all stores (below) to the 95th "
    "(above). Where lines of different colours run apart, the feature parts these clusters. Click "
    "a cluster in the legend to hide it, double-click it to see it alone."
)


def ask_values():
    """Ask whether to show the values as read or as the clustering saw them."""
    return st.segmented_control(
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


def ask_axis(letter, title, titles, place):
    """Ask which feature is on an axis; it stands in the address."""
    if st.session_state.get(letter) not in titles:  # of another category
        st.session_state.pop(letter, None)
    return st.selectbox(title, titles, index=place, key=letter, bind="query-params")


def ask_axes(titles):
    """Ask for the features of many axes."""
    if not set(titles).issuperset(st.session_state.get("axes", ())):  # of another category
        st.session_state.pop("axes")
    return st.multiselect(
        "Features",
        titles,
        default=titles[:AXES],
        key="axes",
        bind="query-params",
        max_selections=MOST_AXES,
        placeholder="Choose some features",
    )


def show_plane(scope, titles, values, name):
    """Show the stores by two features, and list those that are selected."""
    left, right = st.columns(2)
    with left:
        x = ask_axis("x", "To the right", titles, 0)
    with right:
        y = ask_axis("y", "Upwards", titles, min(1, len(titles[1:])))
    points = ask_points(scope, [x, y], values, limits.POINTS)
    drawn = points.dropna(subset=[x, y])
    sentence = say_points(points, drawn)
    state = show_chart(
        scatter_chart(drawn, (x, x), (y, y)),
        points,
        name,
        alt=sentence,
        how=HOW_PLANE,
        movable=True,
        on_select="rerun",
        selection_mode=("points", "box", "lasso"),
    )
    st.subheader("The stores that you selected")
    ids = {point["customdata"][0] for point in state.selection.points if "customdata" in point}
    listed = drawn[drawn["store_id"].isin(ids)]
    st.text(feature_words.selected(len(listed), len(drawn)))
    if len(listed):
        values_of = {title: st.column_config.NumberColumn(title, format="%.4g") for title in (x, y)}
        show_table(listed, STORE_COLUMNS | values_of, f"{name} selected")


def show_space(scope, titles, values, name):
    """Show the stores by three features."""
    places = [min(place, len(titles[1:])) for place in range(3)]
    labels = {"x": "First axis", "y": "Second axis", "z": "Third axis"}
    chosen = []
    for column, (letter, label), place in zip(st.columns(3), labels.items(), places, strict=True):
        with column:
            chosen.append(ask_axis(letter, label, titles, place))
    points = ask_points(scope, chosen, values, limits.POINTS_3D)
    drawn = points.dropna(subset=chosen)
    sentence = say_points(points, drawn)
    figure = space_chart(drawn, [(title, title) for title in chosen])
    show_chart(figure, points, f"{name} space", alt=sentence, how=HOW_SPACE, movable=True)


def show_lines(scope, titles, values, name):
    """Show many features side by side."""
    chosen = ask_axes(titles)
    if not chosen:
        st.info("Choose at least one feature.")
        return
    kind = st.segmented_control(
        "Lines",
        list(LINES),
        format_func=LINES.get,
        default="medians",
        required=True,
        key="lines",
        bind="query-params",
        label_visibility="collapsed",
    )
    place = (scope.version, scope.category, scope.stage)
    statistics = features.statistics(*place, chosen, values)
    shown = statistics["cluster"].isna() | statistics["cluster"].isin(
        scope.clusters or statistics["cluster"]
    )
    statistics = statistics[shown]
    if kind == "medians":
        number = statistics["cluster"].nunique()
        sentence = feature_words.medians(number, statistics)
        st.text(sentence)
        figure, frame = median_lines_chart(statistics), statistics
    else:
        frame = ask_points(scope, chosen, values, limits.LINES)
        sentence = feature_words.lines(len(frame), frame["matching"].max())
        st.text(sentence)
        figure = store_lines_chart(frame, statistics)
    show_chart(figure, frame, f"{name} {kind}", alt=sentence, how=HOW_LINES, movable=True)


def ask_points(scope, chosen, values, most):
    """Ask for the stores with the chosen features."""
    return features.by_store(
        scope.version,
        scope.category,
        scope.stage,
        list(dict.fromkeys(chosen)),
        values=values,
        clusters=scope.clusters,
        most=most,
    )


def say_points(points, drawn):
    """Say how many stores are drawn."""
    missing = len(points.index.difference(drawn.index))
    sentence = feature_words.points(len(points), points["matching"].max(), missing)
    st.text(sentence)
    return sentence


def show_features(scope):
    """Show the stores by features of one's choice."""
    titles = features.offered(scope.version, scope.category)["title"].tolist()
    if not titles:
        st.info("No feature is published of this category. Run `make run` to publish again.")
        return
    with st.container(horizontal=True, gap="medium"):
        chart = st.segmented_control(
            "Chart",
            list(CHARTS),
            format_func=CHARTS.get,
            default="plane",
            required=True,
            key="chart",
            bind="query-params",
            persist_state="session",
        )
        values = ask_values()
    show = {"plane": show_plane, "space": show_space, "lines": show_lines}[chart]
    show(scope, titles, values, f"{scope.label} features")


scope = filters.scope()
if not published.has_table(scope.version, "store_features"):
    say_absent("store_features", "what is known of its stores")
elif clusters.counts(scope.version, scope.category)["stores_clustered"]:
    show_features(scope)
else:
    st.info("No store of this category has a cluster. The overview says why.")
