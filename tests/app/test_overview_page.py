"""The overview, run as Streamlit runs it."""

import threading

import duckdb
import pytest
from page_parts import charts, texts
from small_publish import HOSTILE_CATEGORY
from streamlit.testing.v1 import AppTest

from app.data import published


@pytest.fixture
def page(warehouse):
    """The dashboard, not yet run."""
    return AppTest.from_file("../../app/main.py", default_timeout=60)


def metrics(page):
    """The figures of a page by label."""
    return {metric.label: metric.value for metric in page.metric}


def test_full_page_shows_every_block(page, published_file):
    page.run()
    assert not page.exception
    assert page.title[0].value == "Overview"
    assert texts(page) == [
        "The clusters of a category, their stores and sales, and what is left out.",
        "Run 5f0c2a9e · started 23 Nov 2026, 06:26 UTC · Bakery: 38 of 40 stores in 3 clusters",
        "All categories together:",
        "38 stores in 3 clusters: the largest, 1 · Large suburban, holds 19 stores and 50.8 % "
        "of the category's sales.",
        "1 cluster with fewer stores than the minimum.",
        "A store agrees with its cluster on 80.0 % of what it sells, on average; if all stores "
        "were one cluster, it would agree on 70.0 %.",
        "The silhouette of the final clusters is 0.50, which means that they overlap: many "
        "stores stand between two of them.",
        "3 of 37 stores (8.1 %) are in another cluster than in run 0ld00000; 1 store joined.",
        "What the stores sell (internal data): 3 clusters. The silhouette is highest here (0.41) "
        "and every cluster is large enough.",
        "Where the stores stand (external data): 4 clusters. Stable in 94 % of the bootstraps.",
        "2 stores with 2,079 in sales have no cluster in this category.",
        "12,387 rows of 2 sources were read; 47 of them were refused.",
    ]
    assert metrics(page) == {
        "Stores clustered": "38",
        "Clusters": "6",
        "Sales planned": "2,385,070",
        "Sales left out": "5.1 %",
        "Rows refused": "47",
    }
    (bars,) = charts(page)
    assert len(bars["data"][0]["y"]) == 3


def test_tables_that_a_publish_lacks_are_a_sentence(page, published_file):
    with duckdb.connect(str(published_file)) as writer:
        writer.execute("drop table marts.run_stability")
        writer.execute("drop table marts.cluster_metrics")
    page.run()
    assert not page.exception
    said = [element.value for element in page.info]
    assert any("no table `run_stability`" in text for text in said)
    assert any("no table `cluster_metrics`" in text for text in said)


def test_missing_file_says_what_to_do_and_shows_nothing_else(page):
    page.run()
    assert not page.exception
    assert [element.value for element in page.info] == [published.NOTHING_PUBLISHED]
    assert not page.metric
    assert not page.dataframe


def test_publish_after_an_empty_page_is_seen(page, publish):
    page.run()
    publish()
    page.run()
    assert not page.info
    assert metrics(page)["Stores clustered"] == "38"


@pytest.mark.parametrize("content", [b"", b"some text"])
def test_file_of_something_else_is_named(page, warehouse, content):
    (warehouse / "test.duckdb").write_bytes(content)
    page.run()
    assert not page.exception
    assert "is not a database of store clusters" in page.info[0].value
    assert not page.metric


def test_database_of_something_else_is_named(page, warehouse):
    with duckdb.connect(str(warehouse / "test.duckdb")) as other:
        other.execute("create table store_clusters (i integer)")
    page.run()
    assert not page.exception
    assert "it lacks `marts.store_clusters` and 7 more" in page.info[0].value


def test_publish_without_any_store_says_what_to_do(page, published_file):
    with duckdb.connect(str(published_file)) as writer:
        for table in published.CONTRACT:
            writer.execute(f"delete from marts.{table}")
    page.run()
    assert not page.exception
    assert page.info[0].value.startswith("Nothing was clustered.")


def test_category_without_clusters_still_says_why(page, publish):
    publish(clustered=0)
    page.run()
    assert not page.exception
    assert page.info[0].value.startswith("This category has no clusters.")
    assert texts(page)[-2].startswith("40 stores with ")


def test_new_publish_is_seen_at_the_next_rerun(page, publish):
    publish(run_id="first000", clustered=38)
    page.run()
    assert texts(page)[1].startswith("Run first000")
    publish(run_id="second00", clustered=30)
    page.run()
    assert not page.exception
    assert texts(page)[1].startswith("Run second00")
    assert metrics(page)["Stores clustered"] == "30"
    assert page.dataframe[0].value["store_count"].sum() == 30
    assert texts(page)[-2].startswith("10 stores with ")


def test_page_never_mixes_two_publishes(page, publish):
    expected = {"Run eight000": 38, "Run zero0000": 30}
    publishes = [{"run_id": run[4:], "clustered": n} for run, n in expected.items()]
    publish(**publishes[1])
    done = threading.Event()

    def publish_less_and_less_often():
        for number in range(60):
            publish(**publishes[number % 2])
            if done.wait(0.05 + 0.1 * number):
                return

    publisher = threading.Thread(target=publish_less_and_less_often)
    publisher.start()
    seen = []
    try:
        while len(seen) < 8 or (set(seen) != set(expected) and len(seen) < 60):
            page.run()
            assert not page.exception
            run = texts(page)[1][:12]
            seen.append(run)
            clustered = expected[run]
            assert metrics(page)["Stores clustered"] == str(clustered)
            assert page.dataframe[0].value["store_count"].sum() == clustered
            assert page.dataframe[2].value["stores"].sum() == 40 - clustered
    finally:
        done.set()
        publisher.join()
    assert set(seen) == set(expected)


def test_link_opens_the_category_it_names(page, published_file):
    page.query_params["category"] = HOSTILE_CATEGORY
    page.run()
    assert page.selectbox[0].value == HOSTILE_CATEGORY
    assert "50.9 %" in texts(page)[3]


def test_link_to_an_unknown_category_opens_the_first(page, published_file):
    page.query_params["category"] = "<script>"
    page.run()
    assert not page.exception
    assert page.selectbox[0].value == "Bakery"


def test_chosen_category_goes_into_the_address(page, published_file):
    page.run()
    assert page.selectbox[0].proto.query_param_key == "category"
