"""What the charts draw, asserted on the figure as data."""

import itertools

import numpy as np
import pandas as pd
import pytest

from app.charts import limits, theme
from app.charts.clusters import (
    MEASURES,
    MOST_BANDS,
    attribute_chart,
    category_chart,
    cross_table_chart,
    flow_chart,
    size_chart,
)
from app.charts.stores import location_chart

SIZES = pd.DataFrame(
    {
        "cluster": ["12", "2", "7"],
        "title": ["12 · Large", "2 · <b>Bold</b> & %{x}", "7 · Small"],
        "colour_id": pd.array([12, 2, 7], dtype="Int64"),
        "store_count": [1_200, 30, 4],
        "store_share": [0.9724, 0.0243, 0.0032],
        "sales_amount": [9_000_000, 300_000, 1_000],
        "sales_share": [0.968, 0.0319, 0.0001],
    }
)
LOCATIONS = pd.DataFrame(
    {
        "store_id": ["002", "003", "001"],
        "store_name": ["<img src=x>", "%{customdata[1]}", "North"],
        "cluster": ["2", "2", "12"],
        "title": ["2 · Mid", "2 · Mid", "12 · Large"],
        "colour_id": pd.array([2, 2, 12], dtype="Int64"),
        "longitude": [16.5, 15.0, 16.0],
        "latitude": [60.0, 60.0, 60.0],
    }
)
FLOWS = pd.DataFrame(
    {
        "from_cluster": ["1_1", "1_1", "4_1"],
        "from_title": ["1_1 · <b>Big</b>", "1_1 · <b>Big</b>", "4_1 · dissolved"],
        "from_colour_id": pd.array([1, 1, None], dtype="Int64"),
        "to_cluster": ["1", "10", "1"],
        "to_title": ["1 · Big", "10 · Other", "1 · Big"],
        "to_colour_id": pd.array([1, 10, 1], dtype="Int64"),
        "store_count": [30, 2, 4],
    }
)

# How the three kinds of colour blindness see a colour, in linear light (Machado 2009).
SIGHTS = {
    "normal": np.eye(3),
    "red-blind": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "green-blind": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "blue-blind": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour):
    """The light of a `#rrggbb` colour."""
    values = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def oklab(light):
    """Where a light lies in a space in which distances are those people see."""
    cones = np.cbrt(
        np.clip(
            [
                light @ [0.4122214708, 0.5363325363, 0.0514459929],
                light @ [0.2119034982, 0.6806995451, 0.1073969566],
                light @ [0.0883024619, 0.2817188376, 0.6299787005],
            ],
            0,
            None,
        )
    )
    return np.array(
        [
            cones @ [0.2104542553, 0.793617785, -0.0040720468],
            cones @ [1.9779984951, -2.428592205, 0.4505937099],
            cones @ [0.0259040371, 0.7827717662, -0.808675766],
        ]
    )


@pytest.mark.parametrize("sight", SIGHTS)
def test_twenty_four_colours_are_told_apart(sight):
    seen = [
        oklab(np.clip(np.array(SIGHTS[sight]) @ linear(colour), 0, 1)) for colour in theme.COLOURS
    ]
    apart = min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2))
    assert len(set(theme.COLOURS)) >= 24
    assert apart > 0.05


@pytest.mark.parametrize("page", ["#ffffff", "#11181f"])
def test_colours_stand_out_from_a_light_and_a_dark_page(page):
    weights = [0.2126, 0.7152, 0.0722]
    behind = linear(page) @ weights + 0.05
    for colour in theme.COLOURS:
        before = linear(colour) @ weights + 0.05
        assert max(before, behind) / min(before, behind) > 1.75, colour


def test_cluster_has_the_same_colour_in_every_chart():
    bars = size_chart(SIZES).to_dict()["data"][0]
    points = location_chart(LOCATIONS).to_dict()["data"]
    in_bars = dict(zip(bars["y"], bars["marker"]["color"], strict=True))
    assert [trace["marker"]["color"] for trace in points] == [in_bars["2"], in_bars["12"]]
    assert in_bars == {"12": theme.COLOURS[11], "2": theme.COLOURS[1], "7": theme.COLOURS[6]}


def test_colour_does_not_depend_on_the_other_clusters():
    alone = size_chart(SIZES.tail(1)).to_dict()["data"][0]
    assert list(alone["marker"]["color"]) == [theme.colour(7)]


def test_colour_and_marker_together_are_of_one_cluster_among_many():
    signs = {(theme.colour(number), theme.symbol(number)) for number in range(1, 169)}
    assert len(signs) == 168


def test_bars_are_a_category_axis_in_the_order_given():
    figure = size_chart(SIZES).to_dict()
    axis = figure["layout"]["yaxis"]
    assert axis["type"] == "category"
    assert list(axis["categoryarray"]) == ["12", "2", "7"]
    assert list(figure["data"][0]["x"]) == [1_200, 30, 4]
    assert list(figure["data"][0]["text"]) == ["1,200", "30", "4"]


def test_clusters_of_one_name_keep_a_bar_each():
    figure = size_chart(SIZES.assign(title="same name")).to_dict()
    assert len(set(figure["data"][0]["y"])) == 3
    assert list(figure["layout"]["yaxis"]["ticktext"]) == ["same name"] * 3


def test_names_are_text_and_never_markup_or_template():
    bars = size_chart(SIZES).to_dict()
    assert bars["layout"]["yaxis"]["ticktext"][1] == "2 · &lt;b&gt;Bold&lt;/b&gt; &amp; %{x}"
    assert "Bold" not in str(bars["data"][0]["hovertemplate"])
    points = location_chart(LOCATIONS).to_dict()["data"]
    assert points[0]["customdata"][0][0] == "&lt;img src=x&gt;"
    assert "customdata[1]}</b>" not in str(points[0]["hovertemplate"])


def test_map_draws_each_store_once_with_equal_distances():
    figure = location_chart(LOCATIONS)
    assert [trace.name for trace in figure.data] == ["2 · Mid", "12 · Large"]
    assert sum(len(trace.x) for trace in figure.data) == len(LOCATIONS)
    assert figure.layout.yaxis.scaleanchor == "x"
    assert figure.layout.yaxis.scaleratio == pytest.approx(2.0)


def test_many_stores_are_drawn_by_the_graphics_card():
    many = pd.concat([LOCATIONS] * (limits.SHAPES // 3 + 1))
    assert {trace["type"] for trace in location_chart(LOCATIONS).to_dict()["data"]} == {"scatter"}
    assert {trace["type"] for trace in location_chart(many).to_dict()["data"]} == {"scattergl"}


def test_charts_leave_their_input_alone():
    sizes, locations = SIZES.copy(), LOCATIONS.copy()
    size_chart(sizes)
    location_chart(locations)
    pd.testing.assert_frame_equal(sizes, SIZES)
    pd.testing.assert_frame_equal(locations, LOCATIONS)


def test_nothing_to_draw_is_an_empty_chart():
    assert list(size_chart(SIZES.head(0)).to_dict()["data"][0]["x"]) == []
    assert location_chart(LOCATIONS.head(0)).to_dict()["data"] == []


@pytest.mark.parametrize("measure", MEASURES)
def test_bars_are_as_long_as_the_chosen_measure(measure):
    bars = size_chart(SIZES, measure).to_dict()["data"][0]
    assert list(bars["x"]) == SIZES[measure].tolist()
    written = dict(zip(MEASURES, ("30", "2.4%", "300,000", "3.2%"), strict=True))
    assert bars["text"][1] == written[measure]


def test_label_that_is_no_cluster_is_grey():
    sizes = SIZES.assign(colour_id=pd.array([None, 2, None], dtype="Int64"))
    colours = size_chart(sizes).to_dict()["data"][0]["marker"]["color"]
    assert list(colours) == [theme.GREY, theme.COLOURS[1], theme.GREY]


def test_bands_lead_from_cluster_to_cluster_in_their_colours():
    bands = flow_chart(FLOWS).to_dict()["data"][0]
    labels = bands["node"]["label"]
    assert list(labels) == [
        "1_1 · &lt;b&gt;Big&lt;/b&gt;", "4_1 · dissolved", "1 · Big", "10 · Other",
    ]  # fmt: skip
    assert list(bands["node"]["color"]) == [
        theme.colour(1), theme.GREY, theme.colour(1), theme.colour(10),
    ]  # fmt: skip
    links = zip(*(bands["link"][end] for end in ("source", "target", "value")), strict=True)
    assert [(labels[a], labels[b], n) for a, b, n in links] == [
        (labels[0], "1 · Big", 30),
        (labels[0], "10 · Other", 2),
        ("4_1 · dissolved", "1 · Big", 4),
    ]


def test_too_many_dissolved_clusters_are_drawn_as_one():
    few = FLOWS[FLOWS["from_colour_id"].isna()]
    many = [few.assign(from_cluster=f"{number}_9") for number in range(MOST_BANDS)]
    flows = pd.concat([FLOWS[FLOWS["from_colour_id"].notna()], *many])
    bands = flow_chart(flows).to_dict()["data"][0]
    assert list(bands["node"]["label"])[:2] == [
        "1_1 · &lt;b&gt;Big&lt;/b&gt;", f"{MOST_BANDS} dissolved clusters",
    ]  # fmt: skip
    assert sum(bands["link"]["value"]) == flows["store_count"].sum()
    assert len(bands["link"]["value"]) == 3


@pytest.mark.parametrize("look", theme.PAGE)
def test_tools_above_a_chart_can_be_seen(look):
    drawn = theme.on_page(size_chart(SIZES), look).to_dict()["layout"]["modebar"]
    assert drawn["bgcolor"] == theme.PAGE[look]
    assert drawn["color"] not in theme.PAGE.values()


def test_cross_table_counts_the_stores_of_each_pair():
    table = cross_table_chart(FLOWS).to_dict()
    assert table["data"][0]["z"] == [[30, 2], [4, None]]
    assert table["layout"]["xaxis"]["type"] == table["layout"]["yaxis"]["type"] == "category"
    assert list(table["layout"]["xaxis"]["categoryarray"]) == ["1", "10"]
    assert "<b>Big" not in str(table["data"][0]["customdata"])


def test_parts_of_a_category_have_the_colours_of_their_clusters():
    sizes = pd.concat([SIZES.assign(category="A"), SIZES.head(1).assign(category="<b>B")])
    traces = category_chart(sizes).to_dict()["data"]
    assert [trace["name"] for trace in traces] == ["12", "2", "7"]
    assert list(traces[0]["y"]) == ["A", "&lt;b&gt;B"]
    assert set(traces[0]["marker"]["color"]) == {theme.colour(12)}
    assert "<b>B" not in str(traces)


def test_attribute_has_a_row_per_cluster_and_a_column_per_value():
    shares = pd.DataFrame(
        {
            "cluster": ["2", "2", "10"],
            "title": ["2 · Two", "2 · Two", "10 · Ten"],
            "value": ["open", "<i>new", "<i>new"],
            "place": [1, 2, 2],
            "store_count": [3, 1, 5],
            "store_share": [0.75, 0.25, 1.0],
        }
    )
    chart = attribute_chart(shares).to_dict()
    assert chart["data"][0]["z"] == [[0.75, 0.25], [None, 1]]
    assert list(chart["layout"]["yaxis"]["categoryarray"]) == ["2", "10"]
    assert chart["layout"]["xaxis"]["ticktext"][1] == "&lt;i&gt;new"


@pytest.mark.parametrize("look", ["light", "dark"])
def test_picture_has_the_background_and_the_text_of_the_page(look):
    figure = theme.on_page(flow_chart(FLOWS), look).to_dict()
    assert figure["layout"]["paper_bgcolor"] == theme.PAGE[look]
    assert figure["data"][0]["textfont"]["color"] == theme.TEXT[look]


def test_camera_writes_a_large_picture_under_the_name_of_the_chart():
    for movable in (True, False):
        camera = theme.options("tea-sizes", movable=movable)["toImageButtonOptions"]
        assert camera == {"format": "png", "filename": "tea-sizes", "scale": 2}
