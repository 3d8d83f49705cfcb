"""The pages of features and of their distributions, and what they ask for."""

import json

import pandas as pd
import pytest
from page_parts import charts, spoil, texts
from small_publish import HOSTILE_CATEGORY
from small_tables import HOSTILE_FEATURE
from streamlit.testing.v1 import AppTest

from app.data import features, published

ROLLS, HOSTILE, INCOME = (
    "Rolls (internal)", f"{HOSTILE_FEATURE} (internal)", "income (external)",
)  # fmt: skip


@pytest.fixture
def open_page(warehouse, published_file):
    """Open a page by the name of its file, with an address."""

    def _open_page(name, **address):
        app = AppTest.from_file("../../app/main.py", default_timeout=60)
        for key, value in address.items():
            app.query_params[key] = value
        return app.switch_page(f"views/{name}.py").run()

    return _open_page


@pytest.fixture
def version(published_file):
    """The published version."""
    return published.version()


def test_two_features_draw_a_point_for_each_store(open_page):
    page = open_page("features", x=ROLLS, y=INCOME)
    assert not page.exception
    (chart,) = charts(page)
    assert len(chart["data"]) == 3
    assert sum(len(trace["customdata"]) for trace in chart["data"]) == 38
    assert chart["layout"]["xaxis"]["title"]["text"] == ROLLS
    assert chart["layout"]["yaxis"]["title"]["text"] == INCOME
    assert "Each point is a store. Showing all 38 stores." in texts(page)


def test_axis_values_and_labels_change_the_points(open_page):
    page = open_page("features", x=ROLLS, y=INCOME)
    before = charts(page)[0]["data"]
    page.segmented_control(key="values").set_value("model").run()
    after = charts(page)[0]["data"]
    assert before[0]["x"] != after[0]["x"]
    page.segmented_control(key="stage").set_value("merged").run()
    assert len(charts(page)[0]["data"]) == 4
    page.selectbox(key="x").set_value(INCOME).run()
    drawn = charts(page)[0]["data"][0]
    assert drawn["x"] == drawn["y"]


def test_store_without_a_value_is_counted_and_not_drawn(open_page):
    page = open_page("features", x=HOSTILE, y=ROLLS)
    assert not page.exception
    assert (
        "Each point is a store. Showing all 38 stores, but 2 stores lack a value and are not drawn."
        in texts(page)
    )
    assert sum(len(trace["x"]) for trace in charts(page)[0]["data"]) == 36
    assert "<i>" not in json.dumps(charts(page))


def test_chosen_clusters_are_the_only_ones(open_page):
    page = open_page("features", clusters="3", x=ROLLS, y=INCOME)
    assert [len(trace["x"]) for trace in charts(page)[0]["data"]] == [6]
    page.segmented_control(key="chart").set_value("lines").run()
    assert len(charts(page)[0]["data"]) == 1


def test_three_features_are_drawn_in_space(open_page):
    page = open_page("features", chart="Three features")
    assert not page.exception
    assert {trace["type"] for trace in charts(page)[0]["data"]} == {"scatter3d"}


def test_many_features_draw_a_line_for_each_cluster_or_store(open_page):
    page = open_page("features", chart="Many features")
    assert not page.exception
    (chart,) = charts(page)
    assert [len(trace["x"]) for trace in chart["data"]] == [6, 6, 6]
    page.segmented_control(key="lines").set_value("stores").run()
    (chart,) = charts(page)
    assert {trace["type"] for trace in chart["data"]} == {"scattergl"}
    assert sum(len(trace["x"]) for trace in chart["data"]) == 38 * 7
    page.multiselect(key="axes").set_value([ROLLS]).run()
    assert sum(len(trace["x"]) for trace in charts(page)[0]["data"]) == 38 * 2
    page.multiselect(key="axes").set_value([]).run()
    assert page.info[0].value == "Choose at least one feature."


def test_feature_of_another_category_gives_way(open_page, published_file):
    for table in ("store_features", "cluster_features"):
        spoil(
            published_file,
            f"update marts.{table} set feature = 'Cheese' where feature = 'Rolls' and category = ?",
            HOSTILE_CATEGORY,
        )
    page = open_page("features", category="Bakery", x=ROLLS, y=INCOME)
    assert page.selectbox(key="x").value == ROLLS
    page.selectbox(key="category").select(HOSTILE_CATEGORY).run()
    assert not page.exception
    assert page.selectbox(key="x").value != ROLLS
    assert page.selectbox(key="y").value == INCOME


@pytest.mark.parametrize("name", ["features", "feature_distributions"])
def test_publish_without_features_says_so(open_page, published_file, name):
    spoil(published_file, "delete from marts.store_features")
    spoil(published_file, "delete from marts.cluster_features")
    page = open_page(name)
    assert not page.exception
    assert page.info[0].value.startswith("No feature is published of this category.")
    spoil(published_file, "drop table marts.store_features")
    page.run()
    assert "no table `store_features`" in page.info[0].value


@pytest.mark.parametrize("chart", ["Boxes", "Violins", "Histograms"])
def test_distribution_has_a_row_for_each_cluster_and_for_all(open_page, chart):
    page = open_page("feature_distributions", spread=chart, feature=HOSTILE)
    assert not page.exception
    figure = json.dumps(charts(page)[0])
    assert "All stores" in figure
    assert "<i>" not in figure
    statistics = page.dataframe[0].value
    assert statistics["title"].tolist()[0] == "All stores"
    assert statistics["store_count"].tolist() == [38, 19, 13, 6]
    assert statistics["missing_count"].iloc[0] == 2
    assert any(f"{HOSTILE}: the median of all stores is" in text for text in texts(page))
    assert any("Summed up over 36 of 38 stores" in text for text in texts(page))


def test_number_of_bars_changes_the_histogram(open_page):
    page = open_page("feature_distributions", spread="Histograms", feature=ROLLS)
    before = charts(page)[0]["data"][0]["width"][0]
    page.slider(key="bins").set_value(60).run()
    after = charts(page)[0]["data"][0]["width"][0]
    assert after == pytest.approx(before / 2)


def test_feature_that_the_clustering_did_not_use_has_no_model_values(open_page, published_file):
    spoil(
        published_file,
        "update marts.store_features set model_value = null where feature = 'visits'",
    )
    page = open_page("feature_distributions", feature="visits (external)")
    assert charts(page)
    page.segmented_control(key="values").set_value("model").run()
    assert not page.exception
    assert not charts(page)
    assert "No store has a value of visits (external)." in texts(page)


def test_wide_values_are_those_of_their_store(version):
    wide = features.by_store(version, "Bakery", "final", [INCOME, ROLLS], most=None)
    stored = published.read(
        version,
        "select store_id, feature, raw_value from marts.store_features "
        "where category in ('Bakery', 'all') and feature in ('Rolls', 'income')",
    ).pivot(index="store_id", columns="feature", values="raw_value")
    found = wide.set_index("store_id")[[ROLLS, INCOME]].sort_index()
    found.columns = ["Rolls", "income"]
    pd.testing.assert_frame_equal(found, stored, check_names=False)


def test_sample_takes_of_every_cluster_its_share(version):
    wide = features.by_store(version, "Bakery", "final", [ROLLS], most=12)
    assert wide["matching"].unique().tolist() == [38]
    share = wide.groupby("cluster").size() - pd.Series({"1": 6, "2": 4, "3": 2})
    assert share.abs().max() <= 3
    assert len(wide) < 20


def test_statistics_are_those_of_the_values(version):
    found = features.statistics(version, "Bakery", "final", [ROLLS, INCOME])
    wide = features.by_store(version, "Bakery", "final", [ROLLS, INCOME])
    assert found["feature"].tolist() == [ROLLS] * 4 + [INCOME] * 4
    for feature, rows in found.groupby("feature"):
        for row in rows.to_dict("records"):
            of = wide if pd.isna(row["cluster"]) else wide[wide["cluster"] == row["cluster"]]
            values = of[feature]
            assert row["mean"] == pytest.approx(values.mean())
            assert row["deviation"] == pytest.approx(values.std(ddof=0))
            assert row["p95"] == pytest.approx(values.quantile(0.95))
            assert row["median"] == pytest.approx(values.median())
            assert (row["minimum"], row["maximum"]) == (values.min(), values.max())


def test_histogram_counts_every_store_once(version):
    found = features.histogram(version, "Bakery", "merged", ROLLS, bins=7)
    counts = found.fillna({"cluster": "all"}).groupby("cluster")["store_count"].sum()
    assert counts["all"] == 38
    assert counts.drop("all").sum() == 38
    shares = found.fillna({"cluster": "all"}).groupby("cluster")["store_share"].sum()
    assert shares.tolist() == pytest.approx([1.0] * len(shares))
    bins = found[found["cluster"].isna()]
    assert len(bins) <= 7
    assert bins["bin_start"].is_monotonic_increasing


def test_values_that_are_all_the_same_have_one_bin(version, published_file):
    spoil(published_file, "update marts.store_features set raw_value = 5 where feature = 'Rolls'")
    found = features.histogram(published.version(), "Bakery", "final", ROLLS)
    assert found["store_count"].tolist() == [38, 19, 13, 6]
    assert set(zip(found["bin_start"], found["bin_end"], strict=True)) == {(5.0, 6.0)}


def test_most_telling_features_come_first(version, published_file):
    spoil(
        published_file,
        "update marts.cluster_features set effect_size = -9 where feature = 'visits'",
    )
    offered = features.offered(published.version(), "Bakery")
    assert offered["title"].iloc[0] == "visits (external)"
    spoil(published_file, "drop table marts.cluster_features")
    offered = features.offered(published.version(), "Bakery")
    assert offered["dataset"].tolist() == ["internal"] * 3 + ["external"] * 3
