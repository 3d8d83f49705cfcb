"""Lists of bars."""

from collections.abc import Sequence

import plotly.graph_objects as go

from . import theme


def bar_chart(
    labels: Sequence[object],
    values: Sequence[float],
    *,
    title: str,
    form: str = ",",
    colours: Sequence[str] | None = None,
    hover: Sequence[str] | None = None,
) -> go.Figure:
    """Draw one bar per label, the first on top.

    Parameters
    ----------
    labels
        What each bar is of; the same label may come twice.
    values
        How long each bar is; below 0 it goes to the left.
    title
        What the length means, with its unit.
    form
        How a value is written, as `format` takes it.
    colours, hover
        One per bar; what a bar says when it is pointed at.
    """
    places = list(range(len(labels)))
    lengths = [float(value) for value in values]
    shown = [theme.plain(label, 42) for label in labels]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=lengths,
            y=places,
            marker={"color": list(colours) if colours else theme.COLOURS[0]},
            text=[format(value, form) for value in lengths],
            textposition="outside",
            textfont={"size": 13},
            cliponaxis=False,
            customdata=[
                [theme.plain(label), theme.plain(said, 200)]
                for label, said in zip(labels, hover or [""] * len(places), strict=True)
            ],
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )
    )
    most, least = max(lengths, default=1), min(lengths, default=0)
    room = 0.18 * (max(most, 0) - min(least, 0)) or 1
    figure.update_xaxes(
        title=title,
        range=[least - room if least < 0 else 0, max(most, 0) + room],
        showgrid=False,
        showticklabels=False,
        ticks="",
        zeroline=least < 0,
    )
    figure.update_yaxes(
        autorange="reversed",
        tickvals=places,
        ticktext=shown,
        tickfont={"size": 13},
        showgrid=False,
        zeroline=False,
        ticks="",
        automargin=True,
    )
    return theme.finish(figure, height=max(140, 60 + 28 * len(places)))
