"""The page of the explorer: any table, charts that are kept, saved and loaded."""

import json
import shutil
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from app.data import explored
from app.views import walker

SAVED = {
    "config": {"defaultAggregated": True, "geoms": ["bar"]},
    "visId": "gw_1",
    "encodings": {
        "dimensions": [{"fid": "not drawn"}],
        "measures": [],
        "columns": [{"fid": "cluster"}],
        "rows": [{"fid": "gw_count_fid"}, {"fid": "double", "computed": True}],
    },
}


@pytest.fixture
def page(warehouse, published_file):
    """The page, run."""
    return (
        AppTest.from_file("../../app/main.py", default_timeout=60)
        .switch_page("views/explorer.py")
        .run()
    )


@pytest.fixture
def table():
    """A table with a field `cluster`."""
    return explored.of_upload(pa.table({"cluster": ["a", "b"], "n": [1, 2]}))


def component(page):
    """What the part in the browser was given."""
    (found,) = page.get("component_instance")
    return json.loads(found.proto.json_args)


def test_every_table_can_be_explored_and_starts_with_a_chart(page):
    assert not page.exception
    for name in ("stores", "store_clusters", "runs"):
        page.selectbox(key="table").select(name).run()
        assert not page.exception, name
        given = component(page)
        fields = {field["fid"] for field in given["rawFields"]}
        (chart,) = given["visSpec"]
        assert chart["encoding"]["x"]["field"] in fields
    assert given["userConfig"] == {"privacy": "offline"}
    assert given["parseDslType"] == "server"
    assert given["dataSource"] == []
    assert not given["showCloudTool"]


def test_every_table_has_an_id_of_its_own(page):
    first = component(page)["id"]
    page.run()
    assert component(page)["id"] == first
    page.selectbox(key="table").select("stores").run()
    assert component(page)["id"] != first


def test_table_without_rows_says_so(page, published_file):
    copy = Path(shutil.copy(published_file, published_file.with_suffix(".next")))
    with duckdb.connect(str(copy)) as writer:
        writer.execute("delete from marts.unmapped_products")
    copy.replace(published_file)
    page.selectbox(key="table").select("unmapped_products").run()
    assert not page.exception
    assert page.info[0].value.startswith("This table has no rows")


def test_link_opens_its_table(warehouse, published_file):
    app = AppTest.from_file("../../app/main.py", default_timeout=60)
    app.query_params["table"] = "stores"
    page = app.switch_page("views/explorer.py").run()
    assert page.selectbox(key="table").value == "stores"


def test_charts_come_back_from_their_file(table):
    assert walker.from_file(walker.as_file("mine", [SAVED]), table) == [SAVED]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04.",
        b"[]",
        b'{"charts": 3, "table": "x"}',
        b'{"charts": [{}], "table": "x"}',
        b"[" * 9_999,
    ],
)
def test_other_files_are_refused(table, content):
    with pytest.raises(walker.SavedError, match="holds no charts"):
        walker.from_file(content, table)


def test_charts_of_another_table_name_what_is_missing(table):
    other = json.loads(json.dumps(SAVED).replace('"cluster"', '"<b>size</b>"'))
    with pytest.raises(walker.SavedError, match=r"“<b>size</b>”.*“mine”"):
        walker.from_file(walker.as_file("mine", [other]), table)
