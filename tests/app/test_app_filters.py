"""Filters are kept between pages and in the address."""

import duckdb
import pytest
from small_publish import HOSTILE_CATEGORY
from streamlit.testing.v1 import AppTest

from app.views import filters


@pytest.fixture
def page(warehouse, published_file):
    """The dashboard, not yet run."""
    return AppTest.from_file("../../app/main.py", default_timeout=30)


def clusters_page(page):
    """Go to the page that has most filters."""
    return page.switch_page("views/distribution.py").run()


def test_what_was_chosen_stays_on_the_next_page(page):
    page.run()
    page.selectbox[0].select(HOSTILE_CATEGORY).run()
    clusters_page(page)
    assert page.selectbox[0].value == HOSTILE_CATEGORY
    page.multiselect[0].select("2").run()
    page.switch_page("views/overview.py").run()
    clusters_page(page)
    assert page.multiselect[0].value == ["2"]


def test_link_opens_the_clusters_it_names(page):
    page.query_params["category"] = HOSTILE_CATEGORY
    page.query_params["stage"] = "Merged"
    page.query_params["clusters"] = "I1-E1,<script>,I3-E3"
    clusters_page(page)
    assert not page.exception
    assert page.session_state["stage"] == "merged"
    assert page.multiselect[0].value == ["I1-E1", "I3-E3"]
    assert page.query_params["clusters"] == "I1-E1,I3-E3"


def test_clusters_are_forgotten_with_their_category_and_their_stage(page):
    page.query_params["clusters"] = "1,2"
    clusters_page(page)
    assert page.multiselect[0].value == ["1", "2"]
    page.selectbox[0].select(HOSTILE_CATEGORY).run()
    assert page.multiselect[0].value == []
    assert "clusters" not in page.query_params
    page.multiselect[0].select("2").run()
    page.segmented_control[0].set_value("internal").run()
    assert page.multiselect[0].value == []


def test_stage_gives_its_own_clusters(page):
    page.query_params["stage"] = "Internal"
    clusters_page(page)
    assert page.multiselect[0].options == ["Internal 1", "Internal 2", "Internal 3"]


def test_category_that_the_next_publish_lacks_gives_way(page, published_file):
    page.query_params["category"] = HOSTILE_CATEGORY
    page.run()
    with duckdb.connect(str(published_file)) as writer:
        for table in ("store_clusters", "clusters", "stores_without_cluster"):
            writer.execute(f"delete from marts.{table} where category = ?", [HOSTILE_CATEGORY])
    page.run()
    assert not page.exception
    assert page.selectbox[0].value == "Bakery"


def test_unknown_filter_is_a_mistake_of_the_page():
    with pytest.raises(ValueError, match="no such filter: colour"):
        filters.choose(None, ("colour",))
