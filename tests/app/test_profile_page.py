"""The page of one cluster, run as Streamlit runs it, and what is said and drawn on it."""

import duckdb
import pandas as pd
import pytest
from page_parts import charts, texts
from small_publish import HOSTILE_CATEGORY, HOSTILE_CLUSTER
from small_tables import HOSTILE_FEATURE
from streamlit.testing.v1 import AppTest

from app import profile_words
from app.charts.differences import LESS, MORE, difference_chart
from app.data import profiles, published


@pytest.fixture
def page(warehouse, published_file):
    """The page, not yet run."""
    app = AppTest.from_file("../../app/main.py", default_timeout=60)
    return app.switch_page("views/cluster_profile.py")


def test_every_block_is_there(page):
    page.run()
    assert not page.exception
    assert not page.info
    assert (
        "1 · Large suburban, one of 3 clusters: 19 stores (50.0 % of the stores) with 50.8 % of "
        "the sales." in texts(page)
    )
    features, needs = charts(page)
    assert len(features["data"][0]["x"]) == 6
    assert needs["data"][0]["x"] == pytest.approx([0.5, -0.25, -0.25])
    tables = [table.value for table in page.dataframe]
    assert [len(table) for table in tables] == [6, 2, 10, 10, 3]
    buttons = {button.proto.label for button in page.get("download_button")}
    assert {"Page to print", "Workbook of the category"} <= buttons


def test_link_opens_the_cluster_it_names_and_the_address_follows(page):
    page.query_params["category"] = HOSTILE_CATEGORY
    page.query_params["cluster"] = "3"
    page.run()
    assert page.selectbox(key="cluster").value == "3"
    assert any(text.startswith("3 · Coast and holiday") for text in texts(page))
    assert texts(page).count("It has fewer stores than the minimum.") == 1
    page.selectbox(key="cluster").set_value("2").run()
    assert page.query_params["cluster"] in ("2", ["2"])
    assert not page.exception


def test_link_to_an_unknown_cluster_opens_the_first(page):
    page.query_params["cluster"] = "<script>"
    page.run()
    assert not page.exception
    assert page.selectbox(key="cluster").value == "1"


def test_measure_changes_the_bars(page):
    page.run()
    before = charts(page)[0]["data"][0]["x"]
    page.segmented_control(key="difference").set_value("effect_size").run()
    after = charts(page)[0]["data"][0]["x"]
    assert before != after


def test_typical_stores_are_the_nearest_and_border_stores_the_least_sure(published_file):
    with duckdb.connect(str(published_file)) as writer:
        writer.execute(
            "update marts.store_clusters set distance = store_id::double, "
            "confidence = 1 - store_id::double / 100, is_outlier = false "
            "where final_cluster_id = 1"
        )
        (lowest,) = writer.execute(
            "select min(store_id) from marts.store_clusters where final_cluster_id = 1"
        ).fetchone()
        writer.execute(
            "update marts.store_clusters set is_outlier = true where store_id = ?", [lowest]
        )
    version = published.version()
    typical = profiles.stores(version, "Bakery", 1, "typical")
    borderline = profiles.stores(version, "Bakery", 1, "borderline", most=3)
    assert len(typical) == 19
    ids = typical["store_id"].tolist()
    assert ids[:-1] == sorted(ids[:-1])
    assert ids[-1] == lowest
    assert borderline["store_id"].tolist() == sorted(typical["store_id"])[:-4:-1]
    assert set(typical["next_cluster"]) == {f"2 · {HOSTILE_CLUSTER}"}


def test_reason_of_a_small_cluster_is_said(page, published_file):
    with duckdb.connect(str(published_file)) as writer:
        writer.execute("alter table marts.clusters add column if not exists small_reason varchar")
        writer.execute("update marts.clusters set small_reason = 'all others are too far <away>'")
    page.query_params["cluster"] = "3"
    page.run()
    assert not page.exception
    assert "It has fewer stores than the minimum: all others are too far <away>." in texts(page)


@pytest.mark.parametrize("table", ["cluster_features", "cluster_rules", "need_state_sales"])
def test_table_that_a_publish_lacks_is_a_sentence(page, published_file, table):
    with duckdb.connect(str(published_file)) as writer:
        writer.execute(f"drop table marts.{table}")
    page.run()
    assert not page.exception
    assert [i.value for i in page.info if f"no table `{table}`" in i.value]
    assert len(page.dataframe) in (4, 3)


def test_file_to_print_is_the_page_of_the_cluster(page, published_file, monkeypatch):
    made = []
    monkeypatch.setattr(
        "streamlit.download_button",
        lambda label, data, *args, **options: made.append((label, data)),
    )
    page.query_params["cluster"] = "2"
    page.run()
    assert not page.exception
    files = dict(made)
    html = files["Page to print"]()
    assert "Town &lt;b&gt;centre&lt;/b&gt;" in html
    assert html.startswith("<!DOCTYPE html>")
    assert files["Workbook of the category"]()[:2] == b"PK"


def test_without_a_recorded_run_there_is_nothing_to_print(page, published_file):
    with duckdb.connect(str(published_file)) as writer:
        writer.execute("delete from marts.runs")
    page.run()
    assert not page.exception
    assert any("no page to print" in text for text in texts(page))


ROWS = pd.DataFrame(
    {
        "feature": ["tea", HOSTILE_FEATURE, "tea", "gap"],
        "dataset": ["internal", "internal", "external", "internal"],
        "index_vs_chain": [150.0, 40.0, 100.0, None],
        "effect_size": [1.5, -2.0, 0.0, 0.25],
    }
)


def test_bars_go_right_for_more_and_left_for_less():
    bars = difference_chart(ROWS, "feature").to_dict()["data"][0]
    assert list(bars["x"]) == pytest.approx([0.5, -0.6, 0.0])
    assert list(bars["text"]) == ["+50%", "-60%", "+0%"]
    assert list(bars["marker"]["color"]) == [MORE, LESS, MORE]
    assert len(set(bars["y"])) == 3
    assert "<i>" not in str(bars)
    effects = difference_chart(ROWS, "feature", "effect_size", most=2).to_dict()["data"][0]
    assert list(effects["x"]) == [1.5, -2.0]


def test_nothing_to_compare_is_an_empty_chart():
    assert list(difference_chart(ROWS.head(0), "feature").to_dict()["data"][0]["x"]) == []


def test_sentence_names_what_a_cluster_has_more_and_less_of():
    said = profile_words.features(ROWS)
    assert said == (
        f"It has clearly more of tea and clearly less of {HOSTILE_FEATURE} than the other "
        "stores. These are 2 of 4 features."
    )
    assert "In none of 1 feature" in profile_words.features(ROWS.tail(1))


def test_shares_of_the_stores_add_up(published_file):
    found = profiles.clusters(published.version(), "Bakery")
    assert found["store_share"].sum() == pytest.approx(1)
    assert found["title"].tolist()[0] == "1 · Large suburban"
