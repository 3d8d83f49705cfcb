"""The page that compares stages, and this run with the one before."""

import duckdb
import pytest
from page_parts import charts, texts
from streamlit.testing.v1 import AppTest


@pytest.fixture
def page(warehouse, published_file):
    """The page, run."""
    app = AppTest.from_file("../../app/main.py", default_timeout=30)
    return app.switch_page("views/comparison.py").run()


def test_merged_and_final_clusters_are_compared(page):
    assert not page.exception
    bands, table = charts(page)
    assert bands["data"][0]["type"] == "sankey"
    assert sum(bands["data"][0]["link"]["value"]) == 38
    assert list(table["layout"]["yaxis"]["categoryarray"]) == ["I1-E1", "I2-E2", "I3-E3", "I1-E9"]
    assert any("4 merged and 3 final clusters" in text for text in texts(page))


def test_other_stages_can_be_compared(page):
    page.segmented_control(key="before").set_value("external").run()
    assert not page.exception
    _, table = charts(page)
    assert list(table["layout"]["yaxis"]["categoryarray"]) == ["1", "2", "3", "none"]


def test_moved_stores_have_reason_and_distances(page):
    moves = page.dataframe[0].value
    assert moves["store_id"].tolist() == ["010", "020", "030"]
    assert set(moves["reason"]) == {"its cluster was too small (<3 stores>)"}
    assert moves["to_distance"].tolist() == [1.25] * 3


def test_changes_since_the_run_before_are_told_with_reasons(page):
    assert (
        "3 of 37 stores (8.1 %) are in another cluster than in run 0ld00000; 1 store joined."
        in (texts(page))
    )
    assert "3 stores: its data changed." in texts(page)
    assert "1 store: new store." in texts(page)
    assert len(page.dataframe[1].value) == 4


def test_category_without_moves_says_so(page, published_file):
    with duckdb.connect(str(published_file)) as writer:
        writer.execute("delete from marts.cluster_moves")
    page.run()
    assert not page.exception
    assert page.info[0].value.startswith("No store was moved")


def test_publish_without_the_tables_says_so(page, published_file):
    with duckdb.connect(str(published_file)) as writer:
        for table in ("cluster_moves", "run_stability", "cluster_changes"):
            writer.execute(f"drop table marts.{table}")
    page.run()
    assert not page.exception
    said = [element.value for element in page.info]
    assert any("no table `cluster_moves`" in text for text in said)
    assert any("no table `run_stability`" in text for text in said)
