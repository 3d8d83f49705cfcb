"""How features and the axes of a map go together."""

import pandas as pd
import plotly.graph_objects as go

from . import theme

LESS, NEITHER, MORE = "#d55e00", "#f3f6f8", "#0072b2"
"""Together in opposite directions, not together, together: for any sight."""


def loading_chart(loadings: pd.DataFrame, axes: int = 3, most: int = 25) -> go.Figure:
    """Draw the correlation of each feature with each axis.

    Parameters
    ----------
    loadings
        `feature`, `x`, `y`, `z` (-1 to 1, or empty), one row per feature, in the order drawn.
    axes
        So many axes, the first ones.
    most
        So many features, the first ones.
    """
    columns = ["x", "y", "z"][:axes]
    kept = loadings.head(most)
    values = [
        [None if pd.isna(value) else round(value, 4) for value in row]
        for row in kept[columns].astype("float64").to_numpy().tolist()
    ]
    places = [theme.plain(name, 1_000) for name in kept["feature"]]
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=[f"Axis {number}" for number in range(1, axes + 1)],
            y=places,
            text=[
                ["" if value is None else f"{round(value, 2) + 0.0:+.2f}" for value in row]
                for row in values
            ],
            texttemplate="%{text}",
            hovertemplate="<b>%{y}</b><br>%{x}: %{text}<extra></extra>",
            hoverongaps=False,
            zmin=-1,
            zmax=1,
            colorscale=[[0, LESS], [0.5, NEITHER], [1, MORE]],
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    figure.update_xaxes(side="top", type="category", showgrid=False, ticks="")
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=places,
        autorange="reversed",
        tickvals=places,
        ticktext=[theme.plain(name, 40) for name in kept["feature"]],
        tickfont={"size": 13},
        showgrid=False,
        ticks="",
        automargin=True,
    )
    return theme.finish(figure, height=90 + 30 * len(kept))
