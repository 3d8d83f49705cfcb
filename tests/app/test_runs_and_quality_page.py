"""The page of runs and of the quality of the data."""

import json

import duckdb
import pytest
from page_parts import charts, texts
from streamlit.testing.v1 import AppTest

from app.charts import theme
from app.data import published, refused, steps


@pytest.fixture
def open_part(warehouse, published_file):
    """Open a part of the page by a link."""

    def _open_part(part, **address):
        app = AppTest.from_file("../../app/main.py", default_timeout=60)
        for name, value in ({"part": part} | address).items():
            app.query_params[name] = value
        return app.switch_page("views/runs_and_quality.py").run()

    return _open_part


def frame_with(page, column):
    """The table of a page that has a column."""
    [found] = [frame.value for frame in page.dataframe if column in frame.value]
    return found


def change(path, *statements):
    """Change a published file."""
    with duckdb.connect(str(path)) as writer:
        for statement in statements:
            writer.execute(statement)


def test_runs_are_listed_and_the_chosen_one_is_told(open_part):
    page = open_part("Runs")
    assert not page.exception
    assert "2 runs are recorded; none failed." in texts(page)
    assert any("took 1 min 2 s for 3 steps; it ended as success." in t for t in texts(page))
    assert frame_with(page, "command")["run_id"].tolist() == ["5f0c2a9e-full", "0ld00000"]


def test_steps_are_bars_the_slowest_first_and_failed_ones_red(open_part, published_file):
    change(published_file, "update marts.run_steps set status = 'error' where node = 'clusters'")
    bars = charts(open_part("Runs"))[0]
    assert bars["layout"]["yaxis"]["ticktext"] == ["ml_internal_fits", "stg_sales", "clusters"]
    assert bars["data"][0]["x"] == [30.0, 2.5, 0.5]
    assert bars["data"][0]["marker"]["color"][2] == theme.COLOURS[5]


def test_another_run_can_be_chosen(open_part):
    page = open_part("Runs")
    page.selectbox(key="run").select("0ld00000").run()
    assert any("Run 0ld00000" in text and "took 1 min 0 s" in text for text in texts(page))
    assert page.info[0].value == "The settings of this run are not recorded."


def test_settings_are_compared_with_the_run_before(open_part, published_file):
    before = {"internal": {"algorithm": {"method": "ward"}}, "gone": 1}
    with duckdb.connect(str(published_file)) as writer:
        writer.execute(
            "update marts.runs set settings = ? where run_id = '0ld00000'", (json.dumps(before),)
        )
    page = open_part("Runs")
    table = frame_with(page, "is_changed").set_index("key")
    assert table.loc["internal.algorithm.method", ["value", "before"]].tolist() == [
        '"kmeans"',
        '"ward"',
    ]
    page.text_input(key="setting").input("algorithm.METHOD").run()
    page.toggle(key="differing").set_value(True).run()
    kept = frame_with(page, "is_changed")
    assert kept["key"].tolist() == ["external.algorithm.method", "internal.algorithm.method"]
    page.text_input(key="setting").input("nothing like it").run()
    assert page.info[0].value.startswith("No setting matches.")


def test_settings_of_equal_runs_do_not_differ(warehouse, published_file):
    change(published_file, 'update marts.runs set settings = \'{"a": {"b": [1]}}\'')
    table = steps.settings_table(published.version(), "5f0c2a9e-full", "0ld00000")
    assert table.values.tolist() == [["a.b", "[1]", "[1]", False]]


def test_refused_rows_are_counted_by_reason_and_shown_as_they_were(open_part):
    page = open_part("Refused rows")
    assert not page.exception
    assert texts(page)[2].startswith("47 rows of 12,387 read were refused, most (")
    assert sum(charts(page)[0]["data"][0]["x"]) == 47
    rows = frame_with(page, "raw")
    assert len(rows) == 47
    assert '=cmd|"/c calc"!A1,<script>alert(1)</script>' in rows["raw"].tolist()
    assert "matching" not in rows


def test_refused_rows_can_be_narrowed_to_sources_and_reasons(open_part):
    page = open_part("Refused rows")
    page.multiselect(key="sources").select("sites").run()
    page.multiselect(key="reasons").select("the store is empty").run()
    rows = frame_with(page, "raw")
    assert set(rows["source"]) == {"sites"}
    assert set(rows["line"] % 2) == {0}


def test_long_lists_show_the_first_rows_and_say_so(warehouse, published_file):
    found = refused.rows(published.version(), most=5)
    assert len(found) == 5
    assert set(found["matching"]) == {47}


def test_coverage_shows_sources_categories_and_what_needs_a_look(open_part, published_file):
    change(
        published_file,
        "update marts.data_coverage set match_rate = 0.9 where source = 'sites'",
    )
    page = open_part("Coverage")
    assert not page.exception
    assert any("The feed with most gaps, sites, knows 90.0 %" in text for text in texts(page))
    assert frame_with(page, "rows_read")["source"].tolist() == ["sites", "transactions"]
    assert frame_with(page, "stores_clustered")["category"].tolist() == ["Bakery"]
    assert frame_with(page, "feed")["value"].tolist() == ["<b>1010</b>"]
    assert frame_with(page, "similar_to")["label"].tolist() == ["Roll"]
    assert frame_with(page, "product_id")["product_id"].tolist() == ["=1+1"]
    assert [element.value for element in page.info] == ["No feed says two things of one place."]


def test_stores_without_a_cluster_and_thin_ones_are_listed(open_part):
    page = open_part("Stores without a cluster")
    assert not page.exception
    assert texts(page)[2].startswith("In 4 cases a store has no cluster in a category.")
    frames = [frame.value for frame in page.dataframe]
    assert frames[1]["store_id"].tolist() == ["039", "040"] * 2
    assert set(frames[2]["assignment_basis"]) == {"internal_only"}
    assert len(frames[2]) == 8


def test_stability_decisions_and_constraints_are_told(open_part):
    page = open_part("Stability and decisions")
    assert not page.exception
    assert any(text.startswith("6 of 74 assignments of stores changed") for text in texts(page))
    assert "2 decisions of people: 1 applied, 1 refused." in texts(page)
    assert frame_with(page, "author")["status"].tolist() == ["refused", "applied"]
    assert frame_with(page, "constraint_kind")["group_name"].tolist() == ["twins"]


@pytest.mark.parametrize(
    ("part", "tables"),
    [
        ("Runs", ["run_steps"]),
        ("Refused rows", ["rejected_rows"]),
        ("Coverage", ["feed_gaps", "feed_conflicts", "similar_labels", "unmapped_products"]),
        (
            "Stability and decisions",
            ["run_stability", "cluster_overrides", "constraints_applied"],
        ),
    ],
)
def test_a_table_that_an_older_publish_lacks_is_a_sentence(open_part, published_file, part, tables):
    change(published_file, *(f"drop table marts.{table}" for table in tables))
    page = open_part(part)
    assert not page.exception
    said = " ".join(element.value for element in page.info)
    assert all(f"no table `{table}`" in said for table in tables)


@pytest.mark.parametrize(
    ("part", "tables", "sentence"),
    [
        ("Refused rows", ["rejected_rows"], "No row was refused"),
        ("Coverage", ["data_coverage"], "What was read is not recorded."),
        ("Stores without a cluster", ["stores_without_cluster"], "Every store has a cluster"),
        ("Stability and decisions", ["cluster_overrides"], "Nobody has put a store"),
        ("Stability and decisions", ["constraints_applied"], "The settings have no constraints"),
    ],
)
def test_an_empty_table_is_a_sentence(open_part, published_file, part, tables, sentence):
    change(published_file, *(f"delete from marts.{table}" for table in tables))
    page = open_part(part)
    assert not page.exception
    assert any(element.value.startswith(sentence) for element in page.info)


def test_without_a_recorded_run_the_page_says_so(open_part, published_file):
    change(published_file, "delete from marts.runs")
    page = open_part("Runs")
    assert not page.exception
    assert page.info[0].value.startswith("No run is recorded.")
