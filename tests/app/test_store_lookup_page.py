"""The page of one store: its clusters, what decided, its history, the stores most like it."""

import json

import duckdb
import pytest
from page_parts import charts, texts
from small_publish import HOSTILE_CATEGORY, HOSTILE_STORES
from streamlit.testing.v1 import AppTest

from app.charts import theme
from app.data import lookup, published


@pytest.fixture
def open_store(warehouse, published_file):
    """Open the page of a store by a link."""

    def _open_store(store_id=None, **address):
        app = AppTest.from_file("../../app/main.py", default_timeout=60)
        for name, value in ({"store": store_id} if store_id else {} | address).items():
            app.query_params[name] = value
        return app.switch_page("views/store_lookup.py").run()

    return _open_store


def test_a_link_opens_a_store_with_its_clusters_in_every_category(open_store):
    page = open_store("010")
    assert not page.exception
    assert page.selectbox[1].value == "010"
    assert "In Bakery it is in 1 · Large suburban." in texts(page)
    assert any("the next best is 2 · Town" in text for text in texts(page))
    clusters = page.dataframe[0].value
    assert clusters["category"].tolist() == ["Bakery", HOSTILE_CATEGORY]
    assert clusters["merged_label"].tolist() == ["I1-E9"] * 2
    assert clusters["second_best"].str.startswith("2 · ").all()


def test_a_chosen_store_goes_into_the_address_and_stays(open_store):
    page = open_store()
    assert "001" in page.query_params["store"]
    page.selectbox[1].select("017").run()
    assert "017" in page.query_params["store"]
    page.run()
    assert page.selectbox[1].value == "017"


def test_search_finds_ids_and_names_the_exact_ones_first(open_store):
    page = open_store("001")
    page.text_input(key="find").input("square 1").run()
    assert page.selectbox[1].options[0] == "001 · Market Square 1"
    assert page.selectbox[1].value == "001"
    page.text_input(key="find").input("039").run()
    assert page.selectbox[1].value == "039"
    page.text_input(key="find").input("nowhere").run()
    assert page.info[0].value.startswith("No store has such an id or name.")


def test_a_link_to_no_store_says_so_and_opens_another(open_store):
    page = open_store("<b>none</b>")
    assert not page.exception
    assert page.warning[0].value.startswith("There is no store with the id of this link.")
    assert page.selectbox[1].value == "001"


def test_what_decided_is_said_and_drawn_with_its_sign(open_store):
    page = open_store("010")
    assert "It was moved from I1-E9 to I1-E1: its cluster was too small (<3 stores>)." in texts(
        page
    )
    assert "Rolls is near the mean of its cluster" in texts(page)
    bars = charts(page)[0]["data"][0]
    assert bars["x"] == [0.5, 0.3, -0.2]
    assert bars["marker"]["color"] == [theme.COLOURS[0], theme.COLOURS[0], theme.COLOURS[5]]


def test_the_nearest_stores_are_those_of_the_planted_group(open_store):
    page = open_store("005")  # the third cluster has six stores
    assert any(text.startswith("5 of its 10 nearest stores in Bakery") for text in texts(page))
    bars = charts(page)[1]["data"][0]
    assert bars["x"] == sorted(bars["x"])
    assert bars["marker"]["color"][:5] == [theme.colour(3)] * 5


def test_distances_are_those_of_the_weighted_values(warehouse, published_file):
    version = published.version()
    found = lookup.neighbours(version, "Bakery", "005", 40).set_index("store_id")["distance"]
    assert len(found) == 37
    with duckdb.connect(str(published_file)) as reader:
        wide = (
            reader.sql("select * from marts.store_features where category in ('Bakery', 'all')")
            .df()
            .pivot(index="store_id", columns="feature", values="model_value")
        )
    expected = ((wide - wide.loc["005"]) ** 2).sum(axis="columns") ** 0.5 / 2  # both factors 0.5
    assert (found - expected[found.index]).abs().max() < 1e-8


def test_the_weight_of_a_side_changes_who_is_near(warehouse, published_file):
    before = lookup.neighbours(published.version(), "Bakery", "001", 10)
    with duckdb.connect(str(published_file)) as writer:
        writer.execute(
            "update marts.model_parameters set value = 0 "
            "where parameter = 'space_factor' and dataset = 'external'"
        )
    after = lookup.neighbours(published.version(), "Bakery", "001", 10)
    assert before["distance"].min() > after["distance"].min()


def test_history_and_changes_of_the_last_run_are_listed(open_store):
    page = open_store("016")
    assert "Its cluster changed in 2 categories since 01 Oct 2026." in texts(page)
    frames = [frame.value for frame in page.dataframe]
    [changes] = [frame for frame in frames if "before" in frame]
    [history] = [frame for frame in frames if "valid_from" in frame]
    assert set(changes["reason"]) == {"its data changed"}
    assert history["final"].str.endswith(("Now", "Then")).all()
    assert len(history) == 4


def test_a_store_that_never_changed_says_so(open_store):
    page = open_store("017")
    assert "The last run changed none of its clusters." in texts(page)
    assert any(text.startswith("It has been in the same clusters since") for text in texts(page))


def test_a_store_without_a_cluster_shows_why_and_where_it_would_go(open_store):
    page = open_store("039")
    assert not page.exception
    assert any(text.startswith("It has no cluster in 2 of 2 categories.") for text in texts(page))
    assert any(text.startswith("In Bakery it would join 2 · Town") for text in texts(page))
    scores = page.dataframe[0].value
    assert set(scores["reason"]) == {"no sales in the period"}
    assert scores["confidence"].tolist() == [0.25] * 2
    assert page.info[-1].value.startswith("No store can be compared")


def test_a_publish_without_the_optional_tables_says_so(open_store, published_file):
    for table in ("store_reasons", "store_cluster_history", "store_features", "cluster_changes"):
        with duckdb.connect(str(published_file)) as writer:
            writer.execute(f"drop table marts.{table}")
    page = open_store("001")
    assert not page.exception
    said = " ".join(element.value for element in page.info)
    for table in ("store_reasons", "store_cluster_history", "store_features"):
        assert f"no table `{table}`" in said


def test_reasons_of_a_store_without_a_publish_of_scores_stand(open_store, published_file):
    with duckdb.connect(str(published_file)) as writer:
        writer.execute("drop table marts.store_scores")
    page = open_store("040")
    assert not page.exception
    assert set(page.dataframe[0].value["reason"]) == {"fewer than 8 weeks of sales"}


@pytest.mark.parametrize("number", HOSTILE_STORES)
def test_hostile_names_are_text(open_store, number):
    page = open_store(f"{number:03d}")
    assert not page.exception
    assert any(HOSTILE_STORES[number] in text for text in texts(page))
    drawn = json.dumps(charts(page))
    assert "<img" not in drawn
    assert "<script" not in drawn
