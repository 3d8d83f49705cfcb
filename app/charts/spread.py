"""How the values of a feature are spread: boxes, violins and histograms from sums."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from . import theme

POINTS = 101
"""Of the outline of a violin."""


def box_chart(statistics: pd.DataFrame, axis: str) -> go.Figure:
    """Draw a box for each cluster.

    Parameters
    ----------
    statistics
        One row per box, from the top: `cluster` (empty for all stores), `title`, `colour_id`,
        `p05`, `p25`, `median`, `p75`, `p95`, `mean`, `store_count`. Rows without values have
        no box.
    axis
        The title of the axis.
    """
    kept = statistics[statistics["median"].notna()]
    figure = go.Figure()
    for row in kept.to_dict("records"):
        figure.add_trace(
            go.Box(
                orientation="h",
                y=[_place(row)],
                q1=[row["p25"]],
                median=[row["median"]],
                q3=[row["p75"]],
                lowerfence=[row["p05"]],
                upperfence=[row["p95"]],
                mean=[row["mean"]],
                boxmean=True,
                name=theme.plain(row["title"]),
                line={"color": theme.colour(row["colour_id"]), "width": 2},
                width=0.6,
            )
        )
    return _rows(figure, kept, axis)


def violin_chart(histogram: pd.DataFrame, statistics: pd.DataFrame, axis: str) -> go.Figure:
    """Draw an outline for each cluster, higher where its values are more frequent.

    All outlines are equally high at their highest, and end with the lowest and the highest value.

    Parameters
    ----------
    histogram
        One row per cluster (empty for all stores) and bin that has stores: `cluster`,
        `bin_start`, `bin_end`, `store_share`.
    statistics, axis
        As of `box_chart`, with `deviation`, `minimum` and `maximum`.
    """
    kept = statistics[statistics["median"].notna()]
    of = histogram["cluster"].fillna("")
    figure = go.Figure()
    for place, row in enumerate(kept.to_dict("records")):
        bins = histogram[of == ("" if pd.isna(row["cluster"]) else row["cluster"])]
        along, high = density(bins, row)
        half = 0.42 * high / (high.max(initial=0) or 1)
        colour = theme.colour(row["colour_id"])
        figure.add_trace(
            go.Scatter(
                x=[*along.tolist(), *along[::-1].tolist()],
                y=[*(place + half).tolist(), *(place - half)[::-1].tolist()],
                fill="toself",
                mode="lines",
                name=theme.plain(row["title"]),
                line={"color": colour, "width": 1.5},
                hoverinfo="skip",
            )
        )
        figure.add_trace(
            go.Scatter(
                x=[row["p25"], row["median"], row["p75"]],
                y=[place] * 3,
                mode="lines+markers",
                line={"color": colour, "width": 4},
                marker={"size": [1, 11, 1], "symbol": "diamond", "color": colour},
                customdata=[[theme.plain(row["title"]), what] for what in _CUTS],
                hovertemplate=(
                    "<b>%{customdata[0]}</b><br>%{customdata[1]}: %{x:.4g}<extra></extra>"
                ),
                showlegend=False,
            )
        )
    return _numbered_rows(figure, kept, axis)


_CUTS = ("a quarter is below", "median", "a quarter is above")


def density(bins: pd.DataFrame, of: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Smooth a histogram to a density.

    Each bin is spread by a normal curve of Silverman's (1986) robust width, at least half a bin.

    Parameters
    ----------
    bins
        `bin_start`, `bin_end`, `store_share`, one row per bin that has stores.
    of
        Of the values: `deviation`, `p25`, `p75`, `minimum`, `maximum`, `store_count`.

    Returns
    -------
    tuple of ndarray
        Places from the lowest to the highest value and the density at them.

    Examples
    --------
    >>> bins = pd.DataFrame({"bin_start": [0.0], "bin_end": [1.0], "store_share": [1.0]})
    >>> of = {"deviation": 0.3, "p25": 0.2, "p75": 0.8, "minimum": 0.0, "maximum": 1.0,
    ...       "store_count": 10}
    >>> along, high = density(bins, of)
    >>> float(along[0]), float(along[high.argmax()]), float(along[-1])
    (0.0, 0.5, 1.0)
    """
    if bins.empty:
        return np.zeros(0), np.zeros(0)
    middles = (bins["bin_start"] + bins["bin_end"]).to_numpy("float64") / 2
    bin_width = float((bins["bin_end"] - bins["bin_start"]).max())
    spread = min(of["deviation"], (of["p75"] - of["p25"]) / 1.34)
    width = max(0.9 * spread * of["store_count"] ** -0.2, bin_width / 2)
    along = np.linspace(of["minimum"], of["maximum"], POINTS)
    curves = np.exp(-0.5 * ((along[:, None] - middles) / width) ** 2)
    return along, curves @ bins["store_share"].to_numpy("float64") / (width * np.sqrt(2 * np.pi))


def histogram_chart(histogram: pd.DataFrame, axis: str) -> go.Figure:
    """Draw the bins of each cluster below each other, all of one scale.

    Parameters
    ----------
    histogram
        As of `violin_chart`, with `title`, `colour_id` and `store_count`, in the order of the
        rows.
    axis
        The title of the axis.
    """
    groups = [rows for _, rows in histogram.groupby(histogram["cluster"].fillna(""), sort=False)]
    figure = make_subplots(
        rows=max(len(groups), 1), cols=1, shared_xaxes=True, vertical_spacing=0.02 if groups else 0
    )
    for place, rows in enumerate(groups, start=1):
        figure.add_trace(
            go.Bar(
                x=((rows["bin_start"] + rows["bin_end"]) / 2).tolist(),
                y=rows["store_share"].tolist(),
                width=(rows["bin_end"] - rows["bin_start"]).tolist(),
                marker={"color": theme.colour(rows["colour_id"].iloc[0])},
                name=theme.plain(rows["title"].iloc[0]),
                customdata=rows[["bin_start", "bin_end", "store_count"]].to_numpy().tolist(),
                hovertemplate=(
                    "%{customdata[0]:.4g} to %{customdata[1]:.4g}<br>"
                    "%{customdata[2]:,} stores, %{y:.1%} of the cluster<extra></extra>"
                ),
            ),
            row=place,
            col=1,
        )
        figure.add_annotation(
            text=theme.plain(rows["title"].iloc[0], 60),
            xref="x domain" if place == 1 else f"x{place} domain",
            yref="y domain" if place == 1 else f"y{place} domain",
            x=1,
            y=1,
            xanchor="right",
            yanchor="top",
            showarrow=False,
        )
    most = histogram["store_share"].max() if len(histogram) else 1
    figure.update_yaxes(range=[0, most * 1.05], tickformat=".0%", nticks=3)
    figure.update_xaxes(title=theme.plain(axis), row=max(len(groups), 1), col=1)
    figure.update_layout(showlegend=False)
    theme.finish(figure, height=80 + 84 * max(len(groups), 1))
    return figure.update_layout(bargap=0)


def _place(row: dict) -> str:
    """Return where the row of a cluster stands on the axis."""
    return "all" if pd.isna(row["cluster"]) else f"cluster {theme.plain(row['cluster'], 1_000)}"


def _rows(figure: go.Figure, kept: pd.DataFrame, axis: str) -> go.Figure:
    """Name the rows of a chart, from the top."""
    places = [_place(row) for row in kept.to_dict("records")]
    figure.update_yaxes(
        type="category", categoryorder="array", categoryarray=places, tickvals=places
    )
    return _finish(figure, kept, axis)


def _numbered_rows(figure: go.Figure, kept: pd.DataFrame, axis: str) -> go.Figure:
    """Name the rows of a chart whose places are numbers, from the top."""
    figure.update_yaxes(tickvals=list(range(len(kept))), zeroline=False)
    return _finish(figure, kept, axis)


def _finish(figure: go.Figure, kept: pd.DataFrame, axis: str) -> go.Figure:
    figure.update_yaxes(
        ticktext=[theme.plain(title) for title in kept["title"]],
        autorange="reversed",
        tickfont={"size": 13},
        showgrid=False,
        ticks="",
        automargin=True,
    )
    figure.update_xaxes(title=theme.plain(axis), zeroline=False, showgrid=True)
    figure.update_layout(showlegend=False)
    return theme.finish(figure, height=110 + 46 * len(kept))
