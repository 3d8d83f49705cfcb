"""Charts of the choice of the number of clusters."""

from math import ceil

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from . import theme

SCORES = {
    "silhouette": "Silhouette · higher is better",
    "simplified_silhouette": "Simplified silhouette · higher",
    "gap": "Gap · first peak counts",
    "bic": "BIC · lower is better",
    "gmm_bic": "BIC of mixtures · lower",
    "calinski_harabasz": "Calinski-Harabasz · higher",
    "davies_bouldin": "Davies-Bouldin · lower",
    "stability": "Stability · higher is better",
    "smallest_cluster": "Smallest cluster, in stores",
}
"""Scores in the order of the panels, and how to read each."""

SHOWN = ("silhouette", "simplified_silhouette", "gap", "bic", "stability", "smallest_cluster")
ACROSS = 3


def score_chart(
    scores: pd.DataFrame,
    wanted: tuple[str, ...] = SHOWN,
    limits: dict[str, float] | None = None,
) -> go.Figure:
    """Draw each score by the number of clusters, one panel a score, the chosen number marked.

    Parameters
    ----------
    scores
        One row per number: `k`, `is_valid`, `is_chosen` and some of `SCORES`.
    wanted
        Which scores to draw, if there are any figures of them.
    limits
        A line across the panel of a score: what it must not be below.
    """
    drawn = [name for name in wanted if name in scores and scores[name].notna().any()]
    down = max(1, ceil(len(drawn) / ACROSS))
    figure = make_subplots(
        rows=down,
        cols=min(ACROSS, max(1, len(drawn))),
        subplot_titles=[SCORES[name] for name in drawn],
        horizontal_spacing=0.08,
        vertical_spacing=0.3 / down,
    )
    colours = [_mark(row)["colour"] for row in scores.itertuples()]
    symbols = [_mark(row)["symbol"] for row in scores.itertuples()]
    sizes = [_mark(row)["size"] for row in scores.itertuples()]
    words = [_mark(row)["words"] for row in scores.itertuples()]
    for place, name in enumerate(drawn):
        at = {"row": place // ACROSS + 1, "col": place % ACROSS + 1}
        figure.add_trace(
            go.Scatter(
                mode="lines+markers",
                name=SCORES[name],
                x=scores["k"].tolist(),
                y=[None if pd.isna(value) else value for value in scores[name]],
                line={"color": theme.COLOURS[0], "width": 1.5},
                marker={"color": colours, "symbol": symbols, "size": sizes, "opacity": 1},
                customdata=words,
                hovertemplate=("<b>%{x} clusters</b>, %{customdata}<br>%{y:.3~f}<extra></extra>"),
                showlegend=False,
            ),
            **at,
        )
        if limits and name in limits:
            figure.add_hline(
                y=limits[name], line={"dash": "dot", "width": 1.5, "color": theme.GREY}, **at
            )
    figure.update_xaxes(dtick=1 if len(scores) <= 15 else None, showgrid=False)
    figure.update_annotations(font={"size": 13})
    theme.finish(figure, height=60 + 230 * down)
    return figure.update_layout(margin={"l": 24, "r": 8, "t": 32, "b": 8})


def silhouette_chart(stores: pd.DataFrame) -> go.Figure:
    """Draw the silhouette of every store as a bar, cluster by cluster, the best first.

    Parameters
    ----------
    stores
        One row per store in the order of the bars: `store_id`, `store_name`, `cluster`,
        `title`, `colour_id`, `silhouette`, `cluster_mean`, `mean`.
    """
    figure = go.Figure()
    gap = max(2, len(stores) // 60)
    start, middles, titles = 0, [], []
    for _, rows in stores.groupby("cluster", sort=False):
        first = rows.iloc[0]
        figure.add_trace(
            go.Bar(
                orientation="h",
                name=theme.plain(first["title"]),
                x=rows["silhouette"].tolist(),
                y=list(range(start, start + len(rows))),
                width=1,
                marker={"color": theme.colour(first["colour_id"]), "line": {"width": 0}},
                customdata=theme.plain_columns(rows, "store_name", "store_id"),
                hovertemplate=(
                    "<b>%{customdata[0]}</b><br>store %{customdata[1]}<br>"
                    "silhouette %{x:.2f}<extra></extra>"
                ),
                showlegend=False,
            )
        )
        middles.append(start + len(rows) / 2)
        titles.append(f"{theme.plain(first['title'], 34)} · {first['cluster_mean']:.2f}")
        start += len(rows) + gap
    if len(stores):
        figure.add_vline(
            x=stores["mean"].iloc[0], line={"dash": "dot", "width": 1.5, "color": theme.GREY}
        )
    figure.update_xaxes(title="Silhouette", range=[min(-0.1, stores["silhouette"].min()), 1])
    figure.update_yaxes(
        autorange="reversed",
        tickvals=middles,
        ticktext=titles,
        tickfont={"size": 13},
        showgrid=False,
        zeroline=False,
        ticks="",
        automargin=True,
    )
    theme.finish(figure, height=max(320, 60 + 34 * len(titles), min(620, 80 + start)))
    return figure.update_layout(bargap=0)


def _mark(row) -> dict[str, object]:
    """Return how a number of clusters is marked: the chosen one, one that may not be, others."""
    if row.is_chosen:
        return {"colour": theme.COLOURS[5], "symbol": "star", "size": 16, "words": "chosen"}
    if not row.is_valid:
        words = "a cluster would be too small"
        return {"colour": theme.GREY, "symbol": "x", "size": 9, "words": words}
    return {"colour": theme.COLOURS[0], "symbol": "circle", "size": 8, "words": "not chosen"}
