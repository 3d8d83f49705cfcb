"""The page of the clusters: sizes, places, attributes and a list of stores."""

import duckdb
import pytest
from page_parts import charts, texts
from small_publish import HOSTILE_CATEGORY, HOSTILE_STORES
from small_tables import FEATURES
from streamlit.testing.v1 import AppTest

from app.charts import limits
from app.data import attributes


@pytest.fixture
def page(warehouse, published_file):
    """The page, run."""
    app = AppTest.from_file("../../app/main.py", default_timeout=30)
    return app.switch_page("views/distribution.py").run()


def listed(page):
    """The ids in the table of stores."""
    return page.dataframe[1].value["store_id"].tolist()


def test_every_block_is_there(page):
    assert not page.exception
    sizes, places, attribute, categories = charts(page)
    assert len(sizes["data"][0]["y"]) == 3
    assert sum(len(trace["customdata"]) for trace in places["data"]) == 36
    assert len(attribute["layout"]["yaxis"]["categoryarray"]) == 3
    assert len(categories["layout"]["yaxis"]["categoryarray"]) == 2
    assert len(listed(page)) == 38
    assert "Showing all 36 stores. 2 stores have no coordinates." in " ".join(texts(page))


def test_stage_changes_bars_points_and_list(page):
    page.segmented_control(key="stage").set_value("merged").run()
    sizes, places, *_ = charts(page)
    assert len(sizes["data"][0]["y"]) == len(places["data"]) == 4
    assert "I1-E9 · dissolved" in page.dataframe[1].value["cluster"].tolist()


def test_measure_changes_the_bars(page):
    before = charts(page)[0]["data"][0]["text"]
    page.segmented_control(key="measure").set_value("sales_share").run()
    after = charts(page)[0]["data"][0]["text"]
    assert before[0] == "19"
    assert after[0].endswith("%")


def test_chosen_clusters_are_the_only_ones_in_the_charts_and_in_the_list(page):
    page.multiselect[0].select("3").run()
    sizes, _, attribute, _ = charts(page)
    assert sizes["data"][0]["y"] == attribute["data"][0]["y"] == ["3"]
    assert listed(page) == ["005", "011", "017", "023", "029", "035"]
    assert len(charts(page)[1]["data"]) == 1
    page.text_input[0].input("square 1").run()
    assert listed(page) == ["017"]
    assert "Showing 1 of 38 stores." in texts(page)
    page.text_input[0].input("nowhere").run()
    assert page.info[0].value.startswith("No store matches.")


def test_long_list_shows_the_first_rows_and_says_so(page, monkeypatch):
    monkeypatch.setattr(limits, "ROWS", 5)
    page.run()
    assert len(listed(page)) == 5
    assert any("Showing 5 of 38 stores, the first of 38 that match" in t for t in texts(page))


def test_every_attribute_can_be_chosen(page):
    titles = attributes.OF_THE_STORE | {f"x:{name}": name for name in FEATURES["external"]}
    titles["list:region"] = "region"
    assert set(page.selectbox(key="attribute").options) == set(titles.values())
    for attribute, title in titles.items():
        page.selectbox(key="attribute").set_value(attribute).run()
        assert not page.exception, title
        assert any(text.startswith(f"{title}: ") for text in texts(page)), title


def test_stores_without_coordinates_are_counted_when_there_is_no_map(page, published_file):
    with duckdb.connect(str(published_file)) as writer:
        writer.execute("update marts.stores set latitude = null")
    page.run()
    assert not page.exception
    assert any("38 stores have no coordinates." in text for text in texts(page))
    assert page.info[0].value.startswith("None of these stores has coordinates.")
    assert len(charts(page)) == 3


def test_hostile_names_stand_in_the_list_as_they_are(page):
    page.selectbox(key="category").select(HOSTILE_CATEGORY).run()
    assert not page.exception
    names = page.dataframe[1].value.set_index("store_id")["store_name"]
    assert {number: names[f"{number:03d}"] for number in HOSTILE_STORES} == HOSTILE_STORES
