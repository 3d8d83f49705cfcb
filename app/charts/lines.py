"""Parallel coordinates: a line over all features for each cluster, or for each store."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from . import theme

LOWEST, HIGHEST = "p05", "p95"
"""Where each axis begins and ends: the 5th and the 95th percentile of all stores."""


def median_lines_chart(statistics: pd.DataFrame) -> go.Figure:
    """Draw a line for each cluster through the medians of its features.

    Parameters
    ----------
    statistics
        One row per feature and cluster, and one per feature for all stores (`cluster` empty):
        `feature`, `cluster`, `title`, `colour_id`, `median`, `p05`, `p95`, in the order of the
        axes.
    """
    overall = statistics[statistics["cluster"].isna()]
    names = overall["feature"].tolist()
    figure = go.Figure()
    for _, rows in statistics[statistics["cluster"].notna()].groupby("cluster", sort=False):
        medians = rows.set_index("feature")["median"].reindex(names).to_numpy("float64")
        figure.add_trace(
            go.Scatter(
                mode="lines+markers",
                x=list(range(len(names))),
                y=_placed(medians, overall).tolist(),
                name=theme.plain(rows["title"].iloc[0]),
                line={"color": theme.colour(rows["colour_id"].iloc[0]), "width": 3},
                marker={"symbol": theme.symbol(rows["colour_id"].iloc[0]), "size": 9},
                customdata=[
                    [theme.plain(rows["title"].iloc[0]), theme.plain(name), _written(median)]
                    for name, median in zip(names, medians, strict=True)
                ],
                hovertemplate=(
                    "<b>%{customdata[0]}</b><br>%{customdata[1]}: median %{customdata[2]}"
                    "<extra></extra>"
                ),
            )
        )
    return _with_axes(figure, overall)


def store_lines_chart(points: pd.DataFrame, statistics: pd.DataFrame) -> go.Figure:
    """Draw a line for each store through its features.

    Parameters
    ----------
    points
        One row per store, in the order of the legend: `store_id`, `store_name`, `cluster`,
        `title`, `colour_id`, and a column per feature.
    statistics
        As of `median_lines_chart`: where the axes begin and end.
    """
    overall = statistics[statistics["cluster"].isna()]
    names = overall["feature"].tolist()
    figure = go.Figure()
    for _, stores in points.groupby("cluster", sort=False):
        placed = _placed(stores[names].to_numpy("float64"), overall)
        # one trace for all lines of a cluster: a gap parts a store from the next
        gaps = np.full((len(stores), 1), np.nan)
        heights = np.hstack([placed, gaps]).ravel()
        labels = theme.plain_columns(stores, "store_name", "store_id", "title")
        figure.add_trace(
            go.Scattergl(
                mode="lines",
                x=[*range(len(names)), None] * len(stores),
                y=[None if np.isnan(height) else height for height in heights.tolist()],
                name=theme.plain(stores["title"].iloc[0]),
                line={"color": theme.colour(stores["colour_id"].iloc[0]), "width": 1},
                opacity=0.6,
                customdata=np.repeat(labels, len(names) + 1, axis=0),
                hovertemplate=(
                    "<b>%{customdata[0]}</b><br>store %{customdata[1]}<br>%{customdata[2]}"
                    "<extra></extra>"
                ),
            )
        )
    return _with_axes(figure, overall)


def _placed(values: np.ndarray, overall: pd.DataFrame) -> np.ndarray:
    """Return how high values are between the ends of their axes: 0 and 1.

    A feature of which most stores have the same value has no such ends: its middle is 0.5.
    """
    low = overall[LOWEST].to_numpy("float64")
    width = overall[HIGHEST].to_numpy("float64") - low
    return np.where(width > 0, (values - low) / np.where(width > 0, width, 1), 0.5 + 0 * values)


def _with_axes(figure: go.Figure, overall: pd.DataFrame) -> go.Figure:
    """Draw an upright line for each feature, with the values at its ends."""
    names = overall["feature"].tolist()
    ends: Sequence[tuple[float, str, str]] = ((-0.06, LOWEST, "top"), (1.06, HIGHEST, "bottom"))
    for place, row in enumerate(overall.to_dict("records")):
        figure.add_shape(
            type="line",
            x0=place,
            x1=place,
            y0=0,
            y1=1,
            line={"color": theme.GREY, "width": 1.5},
            layer="below",
        )
        for height, column, anchor in ends:
            figure.add_annotation(
                x=place,
                y=height,
                text=_written(row[column]),
                showarrow=False,
                yanchor="middle" if anchor == "middle" else anchor,
                font={"size": 12, "color": theme.GREY},
            )
    figure.update_xaxes(
        tickvals=list(range(len(names))),
        ticktext=["<br>".join(_wrapped(name)) for name in names],
        range=[-0.35, max(len(names) - 0.65, 0.65)],
        showgrid=False,
        zeroline=False,
        ticks="",
        tickangle=0,
        tickfont={"size": 12},
    )
    figure.update_yaxes(visible=False)
    figure.update_layout(
        showlegend=True,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.04, "x": 0, "title": {"text": ""}},
    )
    return theme.finish(figure, height=520)


def _wrapped(name: str, width: int = 16, lines: int = 3) -> list[str]:
    """Break a name into short lines, each of them plain text."""
    parts, line = [], ""
    for word in str(name).split():
        if line and len(line) + 1 + len(word) > width:
            parts.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    parts.append(line)
    shown = parts if len(parts) <= lines else [*parts[: lines - 1], "…"]
    return [theme.plain(part, width) for part in shown]


def _written(value: float | None) -> str:
    """Write a value with three digits that count."""
    return "—" if pd.isna(value) else f"{value:.3g}"
