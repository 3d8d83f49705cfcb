"""Charts of what is more and what is less than in the chain."""

import pandas as pd
import plotly.graph_objects as go

from . import theme

MORE, LESS = "#0072b2", "#d55e00"
"""In two colours that nobody mixes up; the printed page has the same."""

MEASURES = {
    "index_vs_chain": ("Less or more than the chain", "+.0%"),
    "effect_size": ("Effect size, in standard deviations", "+.2f"),
}
"""What a bar can be as long as: the title of its axis and its format."""


def difference_chart(
    rows: pd.DataFrame, name: str, measure: str = "index_vs_chain", most: int = 15
) -> go.Figure:
    """Draw a bar for each row, to the right for more and to the left for less than the chain.

    Parameters
    ----------
    rows
        One row per bar, in the order of the bars: the name, `index_vs_chain` (100 is the mean
        of the chain) and, for that measure, `effect_size`. Rows without a value have no bar.
    name
        The column of the names.
    measure
        One of `MEASURES`.
    most
        So many bars, the first ones.
    """
    title, form = MEASURES[measure]
    kept = rows[rows[measure].notna()].head(most)
    lengths = kept[measure] / 100 - 1 if measure == "index_vs_chain" else kept[measure]
    lengths = lengths.astype("float64").tolist()
    sides = kept["dataset"] if "dataset" in kept else [""] * len(kept)
    # the same name can stand on both sides
    places = [
        f"{side} {theme.plain(row, 1_000)}" for side, row in zip(sides, kept[name], strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=lengths,
            y=places,
            marker={"color": [MORE if length >= 0 else LESS for length in lengths]},
            text=[format(length, form) for length in lengths],
            textposition="outside",
            textfont={"size": 13},
            cliponaxis=False,
            customdata=[[theme.plain(row)] for row in kept[name]],
            hovertemplate="<b>%{customdata[0]}</b><br>%{text}<extra></extra>",
        )
    )
    longest = max([abs(length) for length in lengths], default=1) or 1
    left = -1.25 * longest if min(lengths, default=0) < 0 else -0.05 * longest
    right = 1.25 * longest if max(lengths, default=0) > 0 else 0.05 * longest
    figure.update_xaxes(
        title=title,
        range=[left, right],
        tickformat=form,
        zeroline=True,
        zerolinewidth=2,
        zerolinecolor=theme.GREY,
    )
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=places,
        autorange="reversed",
        tickvals=places,
        ticktext=[theme.plain(row, 40) for row in kept[name]],
        tickfont={"size": 13},
        showgrid=False,
        ticks="",
        automargin=True,
    )
    return theme.finish(figure, height=max(180, 80 + 28 * len(kept)))
