"""Charts of the clusters of a category."""

import pandas as pd
import plotly.graph_objects as go

from . import theme


def size_chart(sizes: pd.DataFrame) -> go.Figure:
    """Draw one bar per cluster, as long as it has stores.

    Parameters
    ----------
    sizes
        One row per cluster, in the order of the bars: `cluster_id`, `cluster`,
        `store_count`, `sales_amount`, `sales_share_percent`.
    """
    positions = sizes["cluster_id"].astype(str).tolist()
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=sizes["store_count"].tolist(),
            y=positions,
            marker={"color": [theme.colour(number) for number in sizes["cluster_id"]]},
            text=[f"{number:,}" for number in sizes["store_count"]],
            textposition="outside",
            textfont={"size": 13},
            cliponaxis=False,
            customdata=[
                [theme.plain(row.cluster), row.sales_amount, row.sales_share_percent]
                for row in sizes.itertuples()
            ],
            hovertemplate=(
                "<b>%{customdata[0]}</b><br>%{x:,} stores<br>"
                "%{customdata[1]:,.0f} in sales, %{customdata[2]:.1f} % of the category"
                "<extra></extra>"
            ),
        )
    )
    figure.update_xaxes(visible=False, range=[0, max(sizes["store_count"], default=1) * 1.15])
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=positions,
        autorange="reversed",
        tickvals=positions,
        ticktext=[theme.plain(name) for name in sizes["cluster"]],
        tickfont={"size": 13},
        showgrid=False,
        ticks="",
        automargin=True,
    )
    return theme.finish(figure, height=max(160, 32 + len(sizes) * (40 if len(sizes) <= 8 else 28)))
