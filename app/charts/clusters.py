"""Charts of the clusters of a category: how large they are and of what."""

import pandas as pd
import plotly.graph_objects as go

from . import theme

MEASURES = {
    "store_count": ("Stores", ","),
    "store_share": ("Share of stores", ".1%"),
    "sales_amount": ("Sales", ","),
    "sales_share": ("Share of sales", ".1%"),
}
"""What a bar can be as long as: its title and its format."""

MOST_BANDS = 30
"""Clusters on the left of a flow that can be read one by one."""

SHADES = ("#e4eef5", "#b5d3e6", "#7fb3d3", "#4690ba", "#176ea0", "#07507c")
"""From none to all: one hue, so that more is darker whatever the sight."""


def size_chart(sizes: pd.DataFrame, measure: str = "store_count") -> go.Figure:
    """Draw one bar per cluster.

    Parameters
    ----------
    sizes
        One row per cluster, in the order of the bars: `cluster`, `title`, `colour_id`,
        `store_count`, `store_share`, `sales_amount`, `sales_share`.
    measure
        One of `MEASURES`: what a bar is as long as.
    """
    title, form = MEASURES[measure]
    positions = [_place(cluster) for cluster in sizes["cluster"]]
    lengths = [0 if pd.isna(value) else value for value in sizes[measure]]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=lengths,
            y=positions,
            marker={"color": [theme.colour(number) for number in sizes["colour_id"]]},
            text=[format(value, form) for value in lengths],
            textposition="outside",
            textfont={"size": 13},
            cliponaxis=False,
            customdata=[
                [
                    theme.plain(row.title),
                    row.store_count,
                    row.store_share,
                    row.sales_amount,
                    row.sales_share,
                ]
                for row in sizes.itertuples()
            ],
            hovertemplate=(
                "<b>%{customdata[0]}</b><br>"
                "%{customdata[1]:,} stores, %{customdata[2]:.1%} of the category<br>"
                "%{customdata[3]:,} in sales, %{customdata[4]:.1%} of the category"
                "<extra></extra>"
            ),
        )
    )
    figure.update_xaxes(visible=False, range=[0, max(lengths, default=1) * 1.15], title=title)
    _as_categories(figure, positions, sizes["title"])
    return theme.finish(figure, height=_height(len(sizes)))


def category_chart(sizes: pd.DataFrame) -> go.Figure:
    """Draw one bar per category, divided into its clusters.

    Parameters
    ----------
    sizes
        One row per category and cluster, in the order of the parts: `category`,
        `cluster`, `title`, `colour_id`, `store_count`, `store_share`.
    """
    categories = sizes["category"].unique().tolist()
    positions = [_place(category) for category in categories]
    figure = go.Figure()
    for cluster, rows in sizes.groupby("cluster", sort=False):
        figure.add_trace(
            go.Bar(
                orientation="h",
                name=theme.plain(cluster),
                x=rows["store_share"].tolist(),
                y=[_place(category) for category in rows["category"]],
                marker={
                    "color": [theme.colour(number) for number in rows["colour_id"]],
                    "line": {"width": 1, "color": "rgba(255,255,255,0.8)"},
                },
                text=[theme.plain(cluster, longest=8)] * len(rows),
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                customdata=[
                    [theme.plain(row.category), theme.plain(row.title), row.store_count]
                    for row in rows.itertuples()
                ],
                hovertemplate=(
                    "<b>%{customdata[0]}</b><br>%{customdata[1]}<br>"
                    "%{customdata[2]:,} stores, %{x:.1%}<extra></extra>"
                ),
            )
        )
    figure.update_xaxes(tickformat=".0%", range=[0, 1], title="Share of the category's stores")
    _as_categories(figure, positions, categories)
    figure.update_layout(barmode="stack", showlegend=False)
    return theme.finish(figure, height=_height(len(categories)) + 60)


def attribute_chart(shares: pd.DataFrame) -> go.Figure:
    """Draw which share of each cluster's stores has which value of an attribute.

    Parameters
    ----------
    shares
        One row per cluster and value: `cluster`, `title`, `value`, `place` (where the
        value stands), `store_count`, `store_share`.
    """
    clusters = shares.drop_duplicates("cluster")
    values = shares.sort_values("place", kind="stable")["value"].unique().tolist()
    share, count = (
        shares.pivot(index="cluster", columns="value", values=column)
        .reindex(index=clusters["cluster"], columns=values)
        .fillna(0)
        for column in ("store_share", "store_count")
    )
    return _heat_map(
        share.to_numpy(),
        text=[[f"{value:.0%}" if value else "" for value in row] for row in share.to_numpy()],
        hover=[[f"{int(number):,} stores" for number in row] for row in count.to_numpy()],
        rows=(clusters["cluster"].tolist(), clusters["title"].tolist()),
        columns=(values, [theme.plain(value, 30) for value in values]),
        most=1.0,
    )


def cross_table_chart(flows: pd.DataFrame) -> go.Figure:
    """Draw how many stores of each cluster of one stage are in which of another.

    Parameters
    ----------
    flows
        One row per pair: `from_cluster`, `from_title`, `to_cluster`, `to_title`,
        `store_count`, in the order of the clusters of the first stage.
    """
    before = flows.drop_duplicates("from_cluster")
    after = flows.sort_values(["to_colour_id", "to_cluster"]).drop_duplicates("to_cluster")
    table = (
        flows.pivot(index="from_cluster", columns="to_cluster", values="store_count")
        .reindex(index=before["from_cluster"], columns=after["to_cluster"])
        .fillna(0)
        .to_numpy()
    )
    return _heat_map(
        table,
        text=[[f"{int(value):,}" if value else "" for value in row] for row in table],
        hover=[[f"{int(value):,} stores" for value in row] for row in table],
        rows=(before["from_cluster"].tolist(), before["from_title"].tolist()),
        columns=(after["to_cluster"].tolist(), [theme.plain(t, 12) for t in after["to_cluster"]]),
        most=max(table.max(initial=0), 1),
    )


def flow_chart(flows: pd.DataFrame) -> go.Figure:
    """Draw the stores as they flow from the clusters of one stage to those of another.

    Parameters
    ----------
    flows
        As of `cross_table_chart`, with `from_colour_id` and `to_colour_id`.
    """
    flows = _readable(flows)
    nodes: dict[tuple[str, str], int] = {}
    labels, colours = [], []
    for side in ("from", "to"):
        ordered = flows.sort_values([f"{side}_colour_id", f"{side}_cluster"])
        for row in ordered.drop_duplicates(f"{side}_cluster").to_dict("records"):
            nodes[side, row[f"{side}_cluster"]] = len(nodes)
            labels.append(theme.plain(row[f"{side}_title"]))
            colours.append(theme.colour(row[f"{side}_colour_id"]))
    figure = go.Figure(
        go.Sankey(
            node={
                "label": labels,
                "color": colours,
                "pad": 12,
                "thickness": 14,
                "line": {"width": 0},
                "hovertemplate": "<b>%{label}</b><br>%{value:,} stores<extra></extra>",
            },
            link={
                "source": [nodes["from", cluster] for cluster in flows["from_cluster"]],
                "target": [nodes["to", cluster] for cluster in flows["to_cluster"]],
                "value": flows["store_count"].tolist(),
                "color": [_pale(theme.colour(number)) for number in flows["from_colour_id"]],
                "hovertemplate": (
                    "%{value:,} stores<br>from %{source.label}<br>to %{target.label}<extra></extra>"
                ),
            },
        )
    )
    most = max(flows["from_cluster"].nunique(), flows["to_cluster"].nunique())
    return theme.finish(figure, height=max(260, 60 + most * 38))


def _readable(flows: pd.DataFrame) -> pd.DataFrame:
    """Put the clusters that were dissolved together where there are too many to read."""
    dissolved = flows["from_colour_id"].isna()
    if not dissolved.any() or flows["from_cluster"].nunique() <= MOST_BANDS:
        return flows
    number = flows.loc[dissolved, "from_cluster"].nunique()
    of = ["to_cluster", "to_title", "to_colour_id"]
    together = flows[dissolved].groupby(of, dropna=False, as_index=False)["store_count"].sum()
    together["from_cluster"] = ""
    together["from_title"] = f"{number:,} dissolved clusters"
    return pd.concat([flows[~dissolved], together], ignore_index=True)


def _heat_map(values, *, text, hover, rows, columns, most: float) -> go.Figure:
    """Draw a table of numbers, the larger the darker."""
    down, across = ([_place(name) for name in names] for names in (rows[0], columns[0]))
    figure = go.Figure(
        go.Heatmap(
            z=[[value or None for value in row] for row in values.tolist()],  # nothing is no cell
            hoverongaps=False,
            x=across,
            y=down,
            text=text,
            texttemplate="%{text}",
            customdata=[
                [[row, column, cell] for column, cell in zip(columns[1], cells, strict=True)]
                for row, cells in zip(map(theme.plain, rows[1]), hover, strict=True)
            ],
            hovertemplate=(
                "<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>"
            ),
            zmin=0,
            zmax=most,
            colorscale=[[place / (len(SHADES) - 1), c] for place, c in enumerate(SHADES)],
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    figure.update_xaxes(
        type="category",
        categoryorder="array",
        categoryarray=across,
        tickvals=across,
        ticktext=columns[1],
        side="top",
        showgrid=False,
        ticks="",
    )
    _as_categories(figure, down, rows[1])
    return theme.finish(figure, height=_height(len(down)) + 50)


def _as_categories(figure: go.Figure, positions, titles) -> None:
    """Make the vertical axis one of categories, in their order, from the top."""
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=positions,
        autorange="reversed",
        tickvals=positions,
        ticktext=[theme.plain(title) for title in titles],
        tickfont={"size": 13},
        showgrid=False,
        ticks="",
        automargin=True,
    )


def _place(name: object) -> str:
    """Return what a name is called on an axis: never markup, and never cut in practice."""
    return theme.plain(name, longest=1_000)


def _height(bars: int) -> int:
    """How high a chart of so many bars is, in pixels."""
    return max(160, 32 + bars * (40 if bars <= 8 else 28))


def _pale(colour: str) -> str:
    """Return a `#rrggbb` colour that lets what is behind it through."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.35)"
