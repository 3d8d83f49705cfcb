"""One look for every chart, and one colour for each cluster in all of them."""

import html
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

COLOURS = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#7c4148",
    "#9d6fff",
    "#b7beaa",
    "#620de5",
    "#b72183",
    "#9d5c48",
    "#89b176",
    "#aa0000",
    "#d134d1",
    "#6934b1",
    "#1a626f",
    "#83cb69",
    "#a327ff",
    "#cb9dbe",
    "#ff83ff",
    "#cb340d",
    "#e57c00",
    "#de07a3",
)
"""Told apart with normal, red-blind, green-blind and blue-blind sight, and visible
on a light and on a dark page. The first six are those of Okabe and Ito."""

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "triangle-down")
"""A second sign besides colour; seven, so that it differs when colours come round again."""

GREY = "#808b96"
"""Of what is no cluster, and of a merged label that no final cluster has grown from."""

PAGE = {"light": "#ffffff", "dark": "#11181f"}
"""The background of the page, so that a downloaded picture can be read anywhere."""

TEXT = {"light": "#1c2833", "dark": "#e6ebef"}
"""The colour of text on it."""


def options(name: str, *, movable: bool, selectable: bool = False) -> dict[str, Any]:
    """Return the options of Plotly: a camera, and for movable charts the tools to move.

    Parameters
    ----------
    name
        The name of the file that the camera writes.
    selectable
        Points can be selected by a box or a lasso; only of a movable chart.

    Examples
    --------
    >>> options("sizes", movable=False)["modeBarButtons"]
    [['toImage']]
    """
    camera = {"format": "png", "filename": name, "scale": 2}
    if movable:
        removed = ["autoScale2d"] if selectable else ["select2d", "lasso2d", "autoScale2d"]
        return {
            "displaylogo": False,
            "displayModeBar": True,  # the tools to select with are not to be searched for
            "toImageButtonOptions": camera,
            "modeBarButtonsToRemove": removed,
        }
    return {
        "displaylogo": False,
        "toImageButtonOptions": camera,
        "modeBarButtons": [["toImage"]],
    }


def colour(cluster_id: int | None) -> str:
    """Return the colour of a cluster, the same in every chart; grey if it is none.

    Examples
    --------
    >>> colour(1), colour(25) == colour(1), colour(None)
    ('#0072b2', True, '#808b96')
    """
    if pd.isna(cluster_id):
        return GREY
    return COLOURS[(int(cluster_id) - 1) % len(COLOURS)]


def symbol(cluster_id: int | None) -> str:
    """Return the marker of a cluster, the same in every chart; a ring if it is none.

    Examples
    --------
    >>> symbol(1), symbol(25), symbol(None)
    ('circle', 'triangle-up', 'circle-open')
    """
    if pd.isna(cluster_id):
        return "circle-open"
    return SYMBOLS[(int(cluster_id) - 1) % len(SYMBOLS)]


def plain(text: object, longest: int = 60) -> str:
    """Return text as Plotly shows it literally, on one line, cut when too long.

    Examples
    --------
    >>> plain("<b>Bread & butter</b>")
    '&lt;b&gt;Bread &amp; butter&lt;/b&gt;'
    >>> plain("a long name", longest=6)
    'a lon…'
    """
    line = " ".join(str(text).split())
    cut = line if len(line) <= longest else line[: longest - 1] + "…"
    return html.escape(cut, quote=False)


def plain_columns(frame: pd.DataFrame, *columns: str) -> np.ndarray:
    """Return columns of names as Plotly shows them literally, a row for each of the frame.

    An array, because Plotly looks at every item of a list: that takes long for thousands.

    Examples
    --------
    >>> plain_columns(pd.DataFrame({"name": ["<i>", "b"], "id": [1, 2]}), "name", "id").tolist()
    [['&lt;i&gt;', '1'], ['b', '2']]
    """
    return np.column_stack([frame[name].map(plain).to_numpy(dtype=object) for name in columns])


def finish(figure: go.Figure, *, height: int) -> go.Figure:
    """Give a figure the common look; the page's own theme sets fonts and lines."""
    return figure.update_layout(
        height=height,
        margin={"l": 24, "r": 8, "t": 8, "b": 8},  # the font of a picture is wider
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hoverlabel={"align": "left"},
        bargap=0.35,
    )


def legend_height(entries: int) -> int:
    """How high a legend above a chart is, in pixels: two long names stand side by side.

    Examples
    --------
    >>> legend_height(1), legend_height(11)
    (20, 120)
    """
    return 20 * ((entries + 1) // 2)


def on_page(figure: go.Figure, look: str) -> go.Figure:
    """Give a figure the background of a light or dark page, for the picture of it.

    The page's own theme does not reach the names of bands: they are coloured here.
    """
    figure.update_layout(
        paper_bgcolor=PAGE[look],
        modebar={"bgcolor": PAGE[look], "color": GREY, "activecolor": TEXT[look]},
    )
    return figure.update_traces(
        textfont={"color": TEXT[look], "size": 13}, selector={"type": "sankey"}
    )
