"""Charts with a point for each store: on two axes, or in space."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from . import limits, theme

SYMBOLS_3D = ("circle", "square", "diamond")
"""In space there are fewer shapes that can be told apart than on paper."""

Axis = tuple[str, str]
"""The column of an axis and its title; one without a title has no meaning and no numbers."""

LEGEND = {
    "orientation": "h",
    "yanchor": "bottom",
    "y": 1.01,
    "x": 0,
    "title": {"text": ""},
    "itemsizing": "constant",
}


def scatter_chart(points: pd.DataFrame, x: Axis, y: Axis, *, alike: bool = False) -> go.Figure:
    """Draw each store as a point on two axes; what is selected is `store_id`.

    Many stores are drawn by the graphics card. Stores without a value on one of the axes are
    not drawn.

    Parameters
    ----------
    points
        One row per store, in the order of the legend: `store_id`, `store_name`, `cluster`,
        `title`, `colour_id`, and the columns of the axes.
    alike
        A step is as long on both axes.
    """
    kept = points.dropna(subset=[x[0], y[0]])
    scatter = go.Scatter if len(kept) <= limits.SHAPES else go.Scattergl
    figure = go.Figure()
    for stores, look in _clusters(kept):
        figure.add_trace(
            scatter(
                mode="markers",
                x=stores[x[0]].to_numpy(),
                y=stores[y[0]].to_numpy(),
                marker={
                    "symbol": theme.symbol(stores["colour_id"].iloc[0]),
                    "size": 10 if len(kept) <= 500 else 6,
                    "opacity": 0.85,
                    "line": {"width": 1, "color": "rgba(255,255,255,0.7)"},
                    "color": look["color"],
                },
                name=look["name"],
                customdata=_names(stores),
                hovertemplate=_hover((x, y), ("x", "y")),
            )
        )
    figure.update_xaxes(title=theme.plain(x[1]), zeroline=False, showgrid=True)
    figure.update_yaxes(title=theme.plain(y[1]), zeroline=False, showgrid=True)
    for (_, title), update in ((x, figure.update_xaxes), (y, figure.update_yaxes)):
        if not title:
            update(showticklabels=False)
    if alike:
        figure.update_yaxes(scaleanchor="x", scaleratio=1)
    figure.update_layout(showlegend=True, legend=LEGEND, dragmode="zoom")
    return theme.finish(figure, height=520 + theme.legend_height(len(figure.data)))


def space_chart(points: pd.DataFrame, axes: Sequence[Axis], *, alike: bool = False) -> go.Figure:
    """Draw each store as a point in space.

    Parameters
    ----------
    points
        As of `scatter_chart`.
    axes
        Three of them.
    alike
        A step is as long on all axes.
    """
    kept = points.dropna(subset=[column for column, _ in axes])
    figure = go.Figure()
    for stores, look in _clusters(kept):
        number = stores["colour_id"].iloc[0]
        place = 0 if pd.isna(number) else int(number) - 1
        figure.add_trace(
            go.Scatter3d(
                mode="markers",
                **{
                    letter: stores[column].to_numpy()
                    for letter, (column, _) in zip("xyz", axes, strict=True)
                },
                marker={
                    "symbol": SYMBOLS_3D[place % len(SYMBOLS_3D)],
                    "size": 5 if len(kept) <= 2_000 else 3,
                    "opacity": 0.9,
                    "color": look["color"],
                },
                name=look["name"],
                customdata=_names(stores),
                hovertemplate=_hover(axes, "xyz"),
            )
        )
    line = {
        "showbackground": False,
        "gridcolor": theme.GREY,
        "zeroline": False,
        "showspikes": False,
    }
    figure.update_layout(
        scene={
            f"{letter}axis": line | {"title": {"text": theme.plain(title, 30)}}
            for letter, (_, title) in zip("xyz", axes, strict=True)
        }
        | {
            "aspectmode": "data" if alike else "cube",
            "dragmode": "orbit",
            "camera": {
                "eye": {"x": 1.5, "y": 1.5, "z": 1.1},
                "center": {"x": 0, "y": 0, "z": -0.15},
            },
        },
        showlegend=True,
        legend=LEGEND,
    )
    return theme.finish(figure, height=600 + theme.legend_height(len(figure.data)))


def _clusters(points: pd.DataFrame):
    """Return the stores of each cluster, in order, with its name and colour."""
    for _, stores in points.groupby("cluster", sort=False):
        first = stores.iloc[0]
        name = theme.plain(first["title"])
        yield stores, {"name": name, "color": theme.colour(first["colour_id"])}


def _names(stores: pd.DataFrame) -> np.ndarray:
    """What is shown of a store when one points at it; its id as it is comes first."""
    shown = theme.plain_columns(stores, "store_name", "store_id", "title")
    return np.column_stack([stores["store_id"].to_numpy(dtype=object), shown])


def _hover(axes: Sequence[Axis], letters: Sequence[str]) -> str:
    """What the box at a point says."""
    values = "".join(
        f"<br>{_literal(title)}: %{{{letter}:.4g}}"
        for (_, title), letter in zip(axes, letters, strict=True)
        if title
    )
    return (
        "<b>%{customdata[1]}</b><br>store %{customdata[2]}<br>%{customdata[3]}"
        f"{values}<extra></extra>"
    )


def _literal(title: str) -> str:
    """Return a title as a template shows it literally."""
    return theme.plain(title, 40).replace("%{", "%&#123;")
