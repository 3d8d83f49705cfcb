"""What the charts of features draw, asserted on the figure as data."""

import numpy as np
import pandas as pd
import pytest

from app import feature_words
from app.charts import limits, theme
from app.charts.lines import median_lines_chart, store_lines_chart
from app.charts.loadings import LESS, MORE, loading_chart
from app.charts.points import scatter_chart, space_chart
from app.charts.spread import box_chart, density, histogram_chart, violin_chart

POINTS = pd.DataFrame(
    {
        "store_id": ["<002>", "003", "001"],
        "store_name": ["<img src=x>", "%{x}", "North"],
        "cluster": ["2", "2", "12"],
        "title": ["2 · <b>Mid</b>", "2 · <b>Mid</b>", "12 · Large"],
        "colour_id": pd.array([2, 2, 12], dtype="Int64"),
        "tea": [0.5, np.nan, 0.25],
        "<i>gin</i>": [1.0, 2.0, 3.0],
    }
)
AXES = [("tea", "tea"), ("<i>gin</i>", "<i>gin</i>")]
STATISTICS = pd.DataFrame(
    {
        "feature": ["tea"] * 3 + ["<i>gin</i>"] * 3,
        "cluster": [None, "2", "12"] * 2,
        "title": ["All stores", "2 · <b>Mid</b>", "12 · Large"] * 2,
        "colour_id": pd.array([None, 2, 12] * 2, dtype="Int64"),
        "store_count": [3, 2, 1] * 2,
        "measured": [3, 2, 1] * 2,
        "missing_count": [0] * 6,
        "mean": [0.4, 0.5, 0.25, 2.0, 1.5, 3.0],
        "deviation": [0.1, 0.1, 0.0, 1.0, 0.5, 0.0],
        "minimum": [0.25, 0.5, 0.25, 1.0, 1.0, 3.0],
        "p05": [0.2, 0.4, 0.25, 1.0, 1.0, 3.0],
        "p25": [0.3, 0.45, 0.25, 1.5, 1.2, 3.0],
        "median": [0.4, 0.5, 0.25, 2.0, 1.5, 3.0],
        "p75": [0.45, 0.55, 0.25, 2.5, 1.8, 3.0],
        "p95": [0.6, 0.6, 0.25, 3.0, 2.0, 3.0],
        "maximum": [0.5, 0.6, 0.25, 3.0, 2.0, 3.0],
    }
)
BINS = pd.DataFrame(
    {
        "cluster": [None, None, "2", "12"],
        "title": ["All stores", "All stores", "2 · <b>Mid</b>", "12 · Large"],
        "colour_id": pd.array([None, None, 2, 12], dtype="Int64"),
        "bin_start": [0.2, 0.4, 0.4, 0.2],
        "bin_end": [0.4, 0.6, 0.6, 0.4],
        "store_count": [1, 2, 2, 1],
        "store_share": [1 / 3, 2 / 3, 1.0, 1.0],
    }
)


def test_point_says_which_store_it_is_and_what_is_missing_is_not_drawn():
    figure = scatter_chart(POINTS, *AXES)
    assert [list(trace.x) for trace in figure.data] == [[0.5], [0.25]]
    assert figure.data[0].customdata[0][0] == "<002>"  # to find it again, never shown
    assert "customdata[0]" not in figure.data[0].hovertemplate
    shown = [trace.customdata[0][1:] for trace in figure.data]
    assert "<" not in str([shown, figure.layout.yaxis.title])
    assert [trace.marker.color for trace in figure.data] == [theme.colour(2), theme.colour(12)]


def test_title_that_looks_like_a_template_is_text():
    figure = scatter_chart(POINTS.rename(columns={"tea": "%{y}"}), ("%{y}", "%{y}"), AXES[1])
    assert "%{y}:" not in figure.to_dict()["data"][0]["hovertemplate"]


def test_many_points_are_drawn_by_the_graphics_card_and_space_in_space():
    many = pd.concat([POINTS] * (limits.SHAPES // 2 + 1))
    assert {t["type"] for t in scatter_chart(many, *AXES).to_dict()["data"]} == {"scattergl"}
    space = space_chart(POINTS, [*AXES, ("tea", "tea")]).to_dict()
    assert {trace["type"] for trace in space["data"]} == {"scatter3d"}
    assert len(space["data"]) == 2
    assert space["layout"]["scene"]["yaxis"]["title"]["text"] == "&lt;i&gt;gin&lt;/i&gt;"


def test_median_lines_stand_between_the_percentiles_of_all_stores():
    figure = median_lines_chart(STATISTICS).to_dict()
    assert [list(trace["y"]) for trace in figure["data"]] == [
        pytest.approx([0.75, 0.25]), pytest.approx([0.125, 1.0]),
    ]  # fmt: skip
    assert [trace["line"]["color"] for trace in figure["data"]] == [
        theme.colour(2), theme.colour(12),
    ]  # fmt: skip
    assert len(figure["layout"]["shapes"]) == 2
    assert "<i>" not in str(figure)


def test_lines_of_stores_are_parted_by_gaps():
    figure = store_lines_chart(POINTS, STATISTICS).to_dict()
    first, second = figure["data"]
    assert list(first["x"]) == [0, 1, None, 0, 1, None]
    assert list(first["y"]) == [pytest.approx(0.75), 0.0, None, None, 0.5, None]
    assert len(second["y"]) == 3
    assert "<img" not in str(figure)


def test_feature_without_spread_has_its_line_in_the_middle():
    flat = STATISTICS.assign(p05=1.0, p95=1.0)
    assert list(median_lines_chart(flat).to_dict()["data"][0]["y"]) == [0.5, 0.5]


def test_boxes_are_drawn_from_sums():
    rows = STATISTICS[STATISTICS["feature"] == "tea"]
    figure = box_chart(rows, "tea").to_dict()
    assert [trace["median"][0] for trace in figure["data"]] == [0.4, 0.5, 0.25]
    assert [trace["lowerfence"][0] for trace in figure["data"]] == [0.2, 0.4, 0.25]
    assert figure["data"][0]["line"]["color"] == theme.GREY
    assert figure["layout"]["yaxis"]["ticktext"][1] == "2 · &lt;b&gt;Mid&lt;/b&gt;"
    without = rows.assign(median=[0.4, None, 0.25])
    assert len(box_chart(without, "tea").to_dict()["data"]) == 2


def test_violins_end_with_the_lowest_and_the_highest_value():
    rows = STATISTICS[STATISTICS["feature"] == "tea"]
    figure = violin_chart(BINS, rows, "tea").to_dict()
    outlines = [trace for trace in figure["data"] if trace.get("fill") == "toself"]
    assert len(outlines) == 3
    assert (min(outlines[1]["x"]), max(outlines[1]["x"])) == (0.5, 0.6)
    heights = [max(np.abs(np.array(o["y"]) - place)) for place, o in enumerate(outlines)]
    assert heights == pytest.approx([0.42] * 3)


def test_density_of_two_groups_has_two_peaks():
    middles = np.array([*np.linspace(0, 1, 11), *np.linspace(9, 10, 11)])
    bins = pd.DataFrame(
        {"bin_start": middles - 0.05, "bin_end": middles + 0.05, "store_share": 1 / 22}
    )
    of = {"deviation": 4.5, "p25": 0.5, "p75": 9.5, "minimum": 0.0, "maximum": 10.0,
          "store_count": 1_000_000}  # fmt: skip
    along, high = density(bins, of)
    assert high[len(along) // 2] < 0.5 * high.max()


def test_histogram_has_a_block_for_each_cluster_of_one_scale():
    figure = histogram_chart(BINS, "tea").to_dict()
    assert [list(trace["y"]) for trace in figure["data"]] == [[1 / 3, 2 / 3], [1.0], [1.0]]
    ranges = {tuple(figure["layout"][f"yaxis{n}"]["range"]) for n in ("", "2", "3")}
    assert ranges == {(0, 1.05)}
    assert "<b>" not in str([trace["name"] for trace in figure["data"]])


def test_loadings_are_coloured_by_their_sign_and_gaps_stay():
    loadings = pd.DataFrame(
        {"feature": ["<b>tea", "gin"], "x": [0.9, -0.001], "y": [-0.5, np.nan], "z": [0.0, 1.0]}
    )
    figure = loading_chart(loadings, axes=2).to_dict()["data"][0]
    assert figure["z"] == [[0.9, -0.5], [-0.001, None]]
    assert figure["text"] == [["+0.90", "-0.50"], ["+0.00", ""]]
    assert (figure["colorscale"][0][1], figure["colorscale"][-1][1]) == (LESS, MORE)
    assert "<b>" not in str(figure["y"])


def test_nothing_to_draw_is_an_empty_chart():
    assert scatter_chart(POINTS.head(0), *AXES).to_dict()["data"] == []
    assert box_chart(STATISTICS.head(0), "tea").to_dict()["data"] == []
    histogram_chart(BINS.head(0), "tea")


def test_spread_names_the_highest_and_the_lowest_cluster():
    rows = STATISTICS[STATISTICS["feature"] == "tea"]
    assert feature_words.spread(rows) == (
        "tea: the median of all stores is 0.4; it is highest in 2 · <b>Mid</b> (0.5) and lowest in "
        "12 · Large (0.25). Summed up over all 3 stores."
    )


def test_tools_to_select_are_there_only_where_something_comes_of_it():
    tools = {"select2d", "lasso2d"}
    moved = theme.options("map", movable=True)["modeBarButtonsToRemove"]
    selected = theme.options("map", movable=True, selectable=True)["modeBarButtonsToRemove"]
    assert tools <= set(moved)
    assert not tools & set(selected)


def test_axis_without_meaning_has_no_numbers():
    figure = scatter_chart(POINTS, ("tea", ""), AXES[1]).to_dict()
    assert figure["layout"]["xaxis"]["showticklabels"] is False
    assert "showticklabels" not in figure["layout"]["yaxis"]
    assert "%{x" not in figure["data"][0]["hovertemplate"]
    assert "%{y:.4g}" in figure["data"][0]["hovertemplate"]
