"""Charts of single stores."""

from math import cos, radians

import pandas as pd
import plotly.graph_objects as go

from . import limits, theme


def location_chart(locations: pd.DataFrame) -> go.Figure:
    """Draw each store where it stands, coloured by its cluster.

    Distances east and north look alike: the latitude is stretched by the cosine
    of the middle one. Many stores are drawn by the graphics card.

    Parameters
    ----------
    locations
        One row per store: `store_id`, `store_name`, `cluster`, `title`, `colour_id`,
        `longitude`, `latitude`, in the order of the legend.
    """
    scatter = go.Scatter if len(locations) <= limits.SHAPES else go.Scattergl
    size = 10 if len(locations) <= 500 else 6
    figure = go.Figure()
    for _, stores in locations.groupby("cluster", sort=False):
        number = stores["colour_id"].iloc[0]
        figure.add_trace(
            scatter(
                mode="markers",
                name=theme.plain(stores["title"].iloc[0]),
                x=stores["longitude"].to_numpy(),
                y=stores["latitude"].to_numpy(),
                marker={
                    "color": theme.colour(number),
                    "symbol": theme.symbol(number),
                    "size": size,
                    "opacity": 0.9,
                    "line": {"width": 1, "color": "rgba(255,255,255,0.7)"},
                },
                customdata=theme.plain_columns(stores, "store_name", "store_id", "title"),
                hovertemplate=(
                    "<b>%{customdata[0]}</b><br>store %{customdata[1]}<br>"
                    "%{customdata[2]}<extra></extra>"
                ),
            )
        )
    middle = locations["latitude"].median() if len(locations) else 0.0
    figure.update_xaxes(title="Longitude", ticksuffix="°", zeroline=False, showgrid=True)
    figure.update_yaxes(
        title="Latitude",
        ticksuffix="°",
        zeroline=False,
        showgrid=True,
        scaleanchor="x",
        scaleratio=1 / max(cos(radians(middle)), 0.1),
    )
    figure.update_layout(
        showlegend=True,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0, "title": {"text": ""}},
    )
    return theme.finish(figure, height=480 + theme.legend_height(len(figure.data)))
