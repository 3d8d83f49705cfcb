"""The page of the data: published tables, a file beside the clusters, queries."""

import json

import pyarrow as pa
import pytest
from page_parts import texts
from small_publish import HOSTILE_STORES
from streamlit.testing.v1 import AppTest

from app.data import published, sql, tables, uploaded, uploads
from app.data.tables import Condition
from app.views import uploading

HOSTILE = "<script>alert(1)</script> *size*"


@pytest.fixture
def page(warehouse, published_file):
    """The page, not yet run."""
    app = AppTest.from_file("../../app/main.py", default_timeout=60)
    return app.switch_page("views/data_tables.py")


@pytest.fixture
def upload():
    """A file of 20 stores of which two have no cluster, one is twice there, one has no id."""
    ids = [f"{number:03d}" for number in range(1, 19)] + ["999", "<b>", " 001 ", ""]
    table = pa.table(
        {"Store ID": ids, HOSTILE: [float(n) for n in range(22)], "note": ["=1+1"] * 22}
    )
    return uploads.Upload("stores <b>.csv", "key", table, ())


def show(page, upload):
    """The page with a file that was read."""
    page.session_state[uploading.STATE] = {"about": ("id", "", 1), "upload": upload}
    page.session_state["data part"] = "Your file"
    return page.run()


def test_every_table_is_shown_with_what_it_and_its_columns_mean(page, published_file):
    page.run()
    names = tables.described(published.version())["table"].tolist()
    assert page.selectbox(key="data table").options == names
    assert len(names) > 15
    for name in ("stores", "runs", "store_clusters"):
        page.selectbox(key="data table").select(name).run()
        assert not page.exception, name
        assert page.dataframe[0].value["column"].tolist()[0] in page.dataframe[1].value
    assert len(page.dataframe[1].value) == 76
    assert "Showing all 76 rows." in texts(page)


def test_conditions_leave_the_rows_that_fulfil_all_of_them(page):
    page.run()
    page.selectbox(key="store_clusters column 0").select("final_cluster_id").run()
    page.selectbox(key="store_clusters comparison 0").select("at most").run()
    page.text_input(key="store_clusters text 0").input("1").run()
    page.selectbox(key="store_clusters column 1").select("store_name").run()
    page.text_input(key="store_clusters text 1").input("SQUARE 1").run()
    assert not page.exception
    found = page.dataframe[1].value
    assert set(found["final_cluster_id"]) == {1}
    assert all("Square 1" in name for name in found["store_name"])
    page.text_input(key="store_clusters text 1").input("no such store").run()
    assert page.info[0].value.startswith("No row matches")
    page.text_input(key="store_clusters text 0").input("one").run()
    assert page.warning[0].value.startswith("Cannot compare `final_cluster_id` at most “one”")


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        (Condition("store_id", "is", "007"), 2),
        (Condition("store_id", "is", "7"), 0),
        (Condition("external_cluster_id", "is empty"), 8),
        (Condition("external_cluster_id", "is not empty"), 68),
        (Condition("external_cluster_id", "is not", "1"), 42),
        (Condition("is_outlier", "is", "true"), 6),
        (Condition("store_name", "contains", HOSTILE_STORES[6]), 2),
        (Condition("store_name", "contains", "' or 1 = 1 --"), 0),
        (Condition("confidence", "at least", "0.9"), None),
    ],
)
def test_comparisons_do_what_they_say(published_file, condition, count):
    version = published.version()
    found, matching = tables.rows(version, "store_clusters", [condition])
    assert len(found) == matching
    if count is None:
        assert 0 < matching < 76
        assert found["confidence"].min() >= 0.9
    else:
        assert matching == count


def test_columns_and_tables_are_never_sql(published_file):
    version = published.version()
    with pytest.raises(tables.FilterError, match="no column"):
        tables.rows(version, "stores", [Condition('store_id" = "store_id', "is", "1")])
    with pytest.raises(tables.FilterError, match="no comparison"):
        tables.rows(version, "stores", [Condition("store_id", "; drop", "1")])
    with pytest.raises(published.UnavailableError, match="no table"):
        tables.rows(version, 'stores" --')


def test_first_rows_are_shown_and_files_hold_all(published_file):
    found, matching = tables.rows(published.version(), "store_clusters", most=5)
    assert (len(found), matching) == (5, 76)


def test_file_is_asked_for_before_there_is_one(page):
    page.session_state["data part"] = "Your file"
    page.run()
    assert not page.exception
    assert page.info[0].value.startswith("Upload a file")


def test_file_is_compared_with_the_clusters_by_store(page, upload):
    show(page, upload)
    assert not page.exception
    said = " ".join(texts(page))
    assert "stores <b>.csv: all 22 rows." in said
    assert "18 of the 20 stores of the file have a cluster in Bakery, 2 have none." in said
    assert "20 stores with a cluster are not in the file." in said
    assert "1 row repeats the store of another row." in said
    assert "1 row without a store is left out." in said
    (sizes,) = [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]
    assert sizes["data"][0]["x"] == [9, 6, 3]
    assert "<script" not in json.dumps(sizes)
    assert page.dataframe[1].value["store_id"].tolist() == ["999", "<b>"]
    spread = page.dataframe[2].value.set_index("title")
    assert spread["row_count"].tolist() == [9, 7, 3, 19]
    assert spread.loc["All matched stores", "mean"] == pytest.approx((sum(range(18)) + 20) / 19)


def test_ids_without_their_zeros_are_pointed_out(published_file):
    table = pa.table({"store": [1, 2, 77]})
    figures = uploaded.matches(published.version(), "Bakery", table, "store")
    assert (figures["matched"], figures["matched_without_zeros"]) == (0, 2)


def test_file_without_any_known_store_says_what_to_do(page, upload):
    other = pa.table({"store": ["a", "b"], "size": [1, 2]})
    show(page, upload._replace(table=other))
    assert not page.exception
    assert any(i.value.startswith("No store matches: choose the column") for i in page.info)


def test_other_column_and_category_can_be_chosen(page, upload):
    show(page, upload)
    page.selectbox(key="upload id").select("note").run()
    assert any(i.value.startswith("No store matches") for i in page.info)
    page.selectbox(key="upload id").select("Store ID").run()
    other = page.selectbox(key="upload category").options[1]
    page.selectbox(key="upload category").select(other).run()
    assert not page.exception
    assert any(f"have a cluster in {other}" in text for text in texts(page))


def test_file_can_be_explored_and_forgotten(page, upload):
    show(page, upload)
    page.switch_page("views/explorer.py").run()
    assert page.selectbox(key="table").options[0] == "Your file"
    page.selectbox(key="table").select("Your file").run()
    (found,) = page.get("component_instance")
    fields = [field["fid"] for field in json.loads(found.proto.json_args)["rawFields"]]
    assert fields == upload.table.column_names
    show(page.switch_page("views/data_tables.py"), upload)
    (forget,) = [button for button in page.button if button.label == "Forget this file"]
    forget.click().run()
    assert uploading.STATE not in page.session_state
    page.switch_page("views/explorer.py").run()
    assert not page.exception
    assert "Your file" not in page.selectbox(key="table").options


def test_queries_are_there_only_when_switched_on(page, monkeypatch):
    monkeypatch.delenv(sql.SWITCH, raising=False)
    page.run()
    assert [tab.label for tab in page.tabs] == ["Published tables", "Your file"]


def test_query_is_answered_or_refused_with_a_sentence(page, monkeypatch):
    monkeypatch.setenv(sql.SWITCH, "on")
    page.session_state["data part"] = "Queries"
    page.run()
    page.button[0].click().run()
    assert not page.exception
    assert page.dataframe[0].value["stores"].sum() == 76
    page.text_area(key="query text").input("drop table stores")
    page.button[0].click().run()
    assert page.warning[0].value.startswith("Write one statement that reads")
