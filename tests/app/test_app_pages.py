"""What holds for every page of the dashboard: full, empty, and while one publishes."""

import json

import duckdb
import pytest
from page_parts import charts, texts
from small_publish import HOSTILE_CATEGORY, HOSTILE_CLUSTER, HOSTILE_STORES
from streamlit.testing.v1 import AppTest

from app import catalogue
from app.data import published
from app.views import filters

each_page = pytest.mark.parametrize("listed", catalogue.PAGES, ids=lambda page: page.name)


@pytest.fixture
def open_page(warehouse):
    """Open a page as the navigation does, with an address."""

    def _open_page(listed, **address):
        page = AppTest.from_file("../../app/main.py", default_timeout=60)
        for name, value in address.items():
            page.query_params[name] = value
        return page.switch_page(f"views/{listed.name}.py").run()

    return _open_page


def marked_up(page):
    """All that a page shows as Markdown."""
    parts = [*page.markdown, *page.caption, *page.title, *page.header, *page.subheader]
    parts += [*page.info, *page.warning, *page.error, *page.success]
    return [str(element.value) for element in parts]


@each_page
def test_full_page_says_what_it_is_and_which_run_it_shows(listed, open_page, published_file):
    page = open_page(listed)
    assert not page.exception
    assert not page.error
    assert page.title[0].value == listed.title
    assert texts(page)[0] == listed.sentence
    assert texts(page)[1].startswith("Run 5f0c2a9e · started 23 Nov 2026, 06:26 UTC")
    assert page.dataframe or page.get("plotly_chart") or page.get("component_instance")


@each_page
def test_page_without_a_file_says_what_to_do(listed, open_page):
    page = open_page(listed)
    assert not page.exception
    assert [element.value for element in page.info] == [published.NOTHING_PUBLISHED]
    assert not page.dataframe


@each_page
def test_page_of_an_empty_publish_says_what_to_do(listed, open_page, published_file):
    with duckdb.connect(str(published_file)) as writer:
        for (table,) in writer.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall():
            writer.execute(f"delete from marts.{table}")
    page = open_page(listed)
    assert not page.exception
    assert page.info or page.dataframe


@each_page
def test_page_of_a_category_without_clusters_stands(listed, open_page, publish):
    publish(clustered=0)
    page = open_page(listed)
    assert not page.exception


@each_page
def test_page_needs_no_table_but_those_of_the_contract(listed, open_page, published_file):
    with duckdb.connect(str(published_file)) as writer:
        for (table,) in writer.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall():
            if table not in published.CONTRACT:
                writer.execute(f"drop table marts.{table}")
    page = open_page(listed)
    assert not page.exception


@each_page
def test_open_page_shows_the_next_publish(listed, open_page, publish):
    publish(run_id="first000", clustered=38)
    page = open_page(listed)
    assert texts(page)[1].startswith("Run first000")
    publish(run_id="second00", clustered=30)
    page.run()
    assert not page.exception
    assert texts(page)[1].startswith("Run second00")


@each_page
def test_hostile_names_are_text_on_every_page(listed, open_page, published_file):
    page = open_page(listed, category=HOSTILE_CATEGORY)
    assert not page.exception
    for name in (HOSTILE_CATEGORY, HOSTILE_CLUSTER, *HOSTILE_STORES.values()):
        assert not [text for text in marked_up(page) if name in text], name
    drawn = json.dumps(charts(page), ensure_ascii=False)
    for markup in ("<img", "<script", "<b>centre", "<b>eggs", "<b>not"):
        assert markup not in drawn


@pytest.mark.parametrize("stage", ["Merged", "Internal", "External"])
@pytest.mark.parametrize(
    "listed",
    [page for page in catalogue.PAGES if "stage" in page.filters],
    ids=lambda page: page.name,
)
def test_page_obeys_the_stage_of_a_link(listed, open_page, published_file, stage):
    page = open_page(listed, stage=stage)
    assert not page.exception
    assert page.session_state["stage"] == stage.lower()


def test_addresses_and_titles_are_unique_and_filters_are_known():
    assert len({page.name for page in catalogue.PAGES}) == len(catalogue.PAGES)
    assert len({page.title for page in catalogue.PAGES}) == len(catalogue.PAGES)
    for page in catalogue.PAGES:
        assert set(page.filters) <= set(filters.FILTERS)


def test_every_script_of_a_page_is_in_the_catalogue():
    scripts = {path.stem for path in catalogue.VIEWS.glob("*.py")}
    helpers = {"__init__", "filters", "show", "uploading", "walker"}
    assert scripts - helpers == {page.name for page in catalogue.PAGES}
