"""Projections: all features of the stores drawn together, as published or computed anew."""

import streamlit as st

from app import feature_words
from app.charts import limits
from app.charts.loadings import loading_chart
from app.charts.points import scatter_chart, space_chart
from app.data import clusters, features, projections, published
from app.jobs import Projection
from app.views import filters
from app.views.show import say_absent, show_chart, show_table

SOURCES = {"published": "As published", "chosen": "Features of my choice"}
MOST_STORES = 5_000  # that are projected anew
MOST_LOADINGS = 25
JOB = "projection"

STORE_COLUMNS = {
    "store_id": st.column_config.TextColumn("Store"),
    "store_name": st.column_config.TextColumn("Name", width=130),
    "title": st.column_config.TextColumn("Cluster", width=260),
    "confidence": st.column_config.ProgressColumn(
        "Confidence", format="percent", min_value=0, max_value=1, width=100
    ),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
}

HOW_PCA = (
    "Each point is a store; its colour and shape are those of its cluster. The first axis is the "
    "direction in which the stores differ most, the second the one in which they differ most "
    "besides, and so on. Stores that lie close are alike in what these axes show; what the axes "
    "mean is in the table of loadings below."
)
HOW_TSNE = (
    "Each point is a store; its colour and shape are those of its cluster. Stores that lie close "
    "are alike over all features together. Do not read distances between groups, nor the axes: "
    "they have no meaning."
)
HOW_LOADINGS = (
    "Each row is a feature, each column an axis of the chart. Blue: stores far to the right (or "
    "up) have much of it. Orange: they have little of it. Pale: the axis says nothing of it."
)


def ask(label, choices, key, **options):
    """Ask for one of several; it stands in the address."""
    if st.session_state.get(key) not in choices:  # of another category
        st.session_state.pop(key, None)
    return st.segmented_control(
        label,
        list(choices),
        format_func=choices.get,
        default=next(iter(choices)),
        required=True,
        key=key,
        bind="query-params",
        **options,
    )


def ask_axes(method):
    """Ask for two or three axes; t-SNE has two."""
    return ask("Axes", {2: "Two", 3: "Three"}, "dimensions") if method == "pca" else 2


def show_published(scope):
    """Show one of the maps that the run published."""
    offered = projections.offered(scope.version, scope.category)
    if offered.empty:
        st.info("No projection is published of this category. Choose features of your own above.")
        return
    spaces = {k: v for k, v in feature_words.SPACES.items() if k in set(offered["dataset"])}
    with st.container(horizontal=True, gap="medium"):
        dataset = ask("Features of", spaces, "space")
        there = set(offered.loc[offered["dataset"] == dataset, "method"])
        methods = {k: v for k, v in feature_words.METHODS.items() if k in there}
        method = ask("Method", methods, "method")
        axes = ask_axes(method)
    points = projections.by_store(
        scope.version,
        scope.category,
        scope.stage,
        dataset,
        method,
        scope.clusters,
        limits.POINTS if axes == 2 else limits.POINTS_3D,
    )
    if points.empty:
        st.info("None of these stores is on this map. Choose other clusters or another map.")
        return
    name = f"{scope.label} {dataset} {method}"
    place = (scope.version, scope.category, dataset)
    has_features = published.has_table(scope.version, "store_features")
    has_model = published.has_table(scope.version, "model_parameters")
    if method == "pca" and has_features and has_model:
        st.text(feature_words.explained(projections.shares(*place), axes))
    show_points(points, method, axes, name)
    if method == "tsne":
        return
    if not has_features:
        say_absent("store_features", "what the axes mean")
        return
    show_loadings(projections.loadings(*place), axes, name)
    if has_model:
        with st.expander("Loadings of the model that made the clusters"):
            found = projections.model_loadings(*place)
            show_table(found, list(found.columns), f"{name} model")


def show_points(points, method, axes, name):
    """Show the map, and list the stores that are selected on it."""
    if method == "tsne":
        st.text(feature_words.TSNE)
    sentence = feature_words.points(len(points), points["matching"].max())
    st.text(sentence)
    means = method == "pca"
    titles = [
        (letter, f"Axis {number}" if means else "") for number, letter in enumerate("xyz", start=1)
    ]
    how = HOW_PCA if means else HOW_TSNE
    if axes == 3:
        figure = space_chart(points, titles, alike=True)
        show_chart(figure, points, f"{name} space", alt=sentence, how=how, movable=True)
        return
    state = show_chart(
        scatter_chart(points, *titles[:2], alike=True),
        points,
        name,
        alt=sentence,
        how=how,
        movable=True,
        on_select="rerun",
        selection_mode=("points", "box", "lasso"),
    )
    ids = {point["customdata"][0] for point in state.selection.points if "customdata" in point}
    listed = points[points["store_id"].isin(ids)]
    st.text(feature_words.selected(len(listed), len(points)))
    if len(listed):
        show_table(listed, STORE_COLUMNS, f"{name} selected")


def show_loadings(loadings, axes, name):
    """Show what the axes mean."""
    st.subheader("What do the axes mean?")
    if loadings.empty:
        st.info("The clustering used no feature that varies over these stores.")
        return
    sentence = feature_words.loadings(len(loadings.head(MOST_LOADINGS)), len(loadings))
    st.text(sentence)
    show_chart(
        loading_chart(loadings, axes, MOST_LOADINGS),
        loadings,
        f"{name} loadings",
        alt=sentence,
        how=HOW_LOADINGS,
    )


def show_chosen(scope):
    """Place the stores anew by features of one's choice."""
    if not published.has_table(scope.version, "store_features"):
        say_absent("store_features", "what is known of its stores")
        return
    offered = features.offered(scope.version, scope.category)
    titles = offered.loc[offered["is_used"].fillna(False), "title"].tolist()
    if not titles:
        st.info("The clustering used no feature of this category, so there is nothing to place by.")
        return
    chosen, perplexity = ask_features(titles)
    if len(chosen) < 2:
        st.info("Choose at least two features.")
        return
    wide = features.by_store(
        scope.version, scope.category, "final", chosen, values="model", most=MOST_STORES
    )
    values = features.stacked(wide, scope.category, chosen)
    stores = values["store_id"].nunique()
    without = len(wide.index[wide[chosen].isna().any(axis="columns")])
    st.text(feature_words.offer(stores, wide["matching"].max(), without))
    if not stores:
        st.info("No store has all of these values. Take a feature away.")
        return
    made_of = (scope.version, scope.category, tuple(chosen), perplexity)
    job = st.session_state.get(JOB)
    is_asked = st.button("Compute", type="primary", icon=":material/calculate:")
    if is_asked:
        if job:
            job.cancel()
        settings = {"tsne_stores": MOST_STORES, "perplexity": perplexity}
        job = st.session_state[JOB] = Projection(values, settings, made_of)
    if not job or job.made_of != made_of:
        st.info("Press *Compute* to see the stores placed by these features.")
        return
    show_job(scope, job)


def ask_features(titles):
    """Ask for the features and how many neighbours count."""
    if not set(titles).issuperset(st.session_state.get("by", ())):  # of another category
        st.session_state.pop("by")
    chosen = st.multiselect(
        "Features", titles, default=titles, key="by", bind="query-params", placeholder="Choose some"
    )
    perplexity = st.slider(
        "Neighbours that count (perplexity of t-SNE)",
        5,
        100,
        30,
        key="perplexity",
        bind="query-params",
        width=380,
        help="Few: small groups come apart. Many: the map follows the whole.",
    )
    return chosen, perplexity


def show_job(scope, job):
    """Show how far the computation is, and what it has left so far."""
    if job.is_running:
        show_progress(job)
    elif job.has_failed and job.left("pca") is None:
        st.info("The computation was ended before there was anything to show.")
        return
    elif job.has_failed:
        st.info("The computation was ended; what was ready by then is below.")
    ready = {m: title for m, title in feature_words.METHODS.items() if job.left(m) is not None}
    ready = {m: title for m, title in ready.items() if len(job.left(m))}
    if not ready:
        return
    with st.container(horizontal=True, gap="medium"):
        method = ask("Method", ready, "method")
        axes = ask_axes(method)
    points = projections.labelled(
        scope.version, scope.category, scope.stage, job.left(method), scope.clusters
    )
    if points.empty:
        st.info("None of these stores was placed. Choose other clusters.")
        return
    name = f"{scope.label} own {method}"
    if method == "pca":
        st.text(feature_words.explained(job.left("shares"), axes))
    show_points(points, method, axes, name)
    if method == "pca":
        show_loadings(job.left("loadings"), axes, name)


@st.fragment(run_every=1.0)
def show_progress(job):
    """Show how far it is, once a second, with a way to end it."""
    if not job.is_running:
        st.rerun()
    has_components = job.left("pca") is not None
    st.progress(*feature_words.progress(job.seconds, job.store_count, has_components))
    if st.button("Cancel", icon=":material/stop_circle:"):
        job.cancel()
        st.rerun()


def show_projections(scope):
    """Show a published map, or one by features of one's choice."""
    source = ask("Map", SOURCES, "map")
    if source == "chosen":
        show_chosen(scope)
    elif published.has_table(scope.version, "store_projection"):
        show_published(scope)
    else:
        say_absent("store_projection", "where its stores stand on a map of their features")


scope = filters.scope()
if clusters.counts(scope.version, scope.category)["stores_clustered"]:
    show_projections(scope)
else:
    st.info("No store of this category has a cluster. The overview says why.")
