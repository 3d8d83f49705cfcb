"""What the browser may ask of the explorer: rows of a chart, and nothing else."""

import asyncio
import gc
import json
from importlib.metadata import version

import duckdb
import pyarrow as pa
import pytest
from starlette.applications import Starlette

from app import explorer
from app.data import explored, published
from app.views import walker

COUNT = {"op": "aggregate", "groupBy": ["final_cluster_id"], "measures": []}


def view(*queries):
    """A workflow that only looks."""
    return {"workflow": [{"type": "view", "query": list(queries)}]}


def raw(*fields):
    """A workflow that returns fields as they are."""
    return view({"op": "raw", "fields": list(fields)})


class Answer:
    """What the server sent back."""

    def __init__(self, sent):
        self.status_code = sent[0]["status"]
        self.content = b"".join(part.get("body", b"") for part in sent[1:])

    def json(self):
        return json.loads(self.content)


def post(key, content, **headers):
    """What the server answers; the headers are those of its own page unless given as others."""
    given = {"host": "board", "origin": "http://board", "content-type": "application/json"}
    given = {name: value for name, value in (given | headers).items() if value is not None}
    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/{explorer.ADDRESS}/{key}",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": content.encode(), "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(Starlette(routes=explorer.ROUTES)(scope, receive, send))
    return Answer(sent)


def ask(key, action, data=None, **headers):
    """The answer to a question of the explorer."""
    return post(key, json.dumps({"action": action, "data": data or {}}), **headers)


@pytest.fixture
def clusters(published_file):
    """The published clusters, to be explored."""
    return explored.of_published(published.version(), "store_clusters")


@pytest.fixture
def key(clusters):
    """The id of an open explorer."""
    return explorer.offer(clusters)


def test_chart_gets_its_rows(key):
    count = {"field": "*", "agg": "count", "asFieldKey": "stores"}
    payload = view(COUNT | {"measures": [count]})
    one = ask(key, "get_datas_by_payload", {"payload": payload}).json()
    several = ask(key, "batch_get_datas_by_payload", {"queryList": [payload, payload]}).json()
    found = {row["final_cluster_id"]: row["stores"] for row in one["data"]["datas"]}
    assert (one["code"], found) == (0, {1: 38, 2: 26, 3: 12})
    assert several["data"]["datas"] == [one["data"]["datas"]] * 2
    assert ask(key, "ping").json()["code"] == 0


@pytest.mark.parametrize(
    "action",
    [
        "get_datas",
        "batch_get_datas_by_sql",
        "open_in_desktop",
        "update_spec",
        "upload_spec_to_cloud",
        "export_dataframe_by_sql",
        "request_data",
        "",
    ],
)
def test_other_actions_are_refused(key, action):
    sql = "select content from read_text('/etc/passwd')"
    answer = ask(key, action, {"sql": sql, "queryList": [sql]})
    assert answer.status_code == 403
    assert answer.json()["data"] is None


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", "http://board.evil.example", None]
)
def test_pages_of_others_are_refused(key, origin):
    assert ask(key, "ping", origin=origin).status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_is_not_json_is_refused(key, kind):
    # a form of another page can send these without asking first
    assert ask(key, "ping", **{"content-type": kind}).status_code == 415


@pytest.mark.parametrize("content", ["[", "[]", '"x"', '{"data": 3}', "[" * 100_000])
def test_questions_of_another_form_are_refused(key, content):
    assert post(key, content).status_code == 400


def test_long_questions_are_refused(key):
    assert post(key, " " * (explorer.MOST_BYTES + 1)).status_code == 413


def test_ids_cannot_be_guessed_and_end_with_their_session(clusters):
    keys = {explorer.offer(clusters) for _ in range(3)}
    assert len(keys) == 3
    assert min(map(len, keys)) >= 32
    assert ask("unknown", "ping").status_code == 404
    forgotten = explorer.offer(explored.of_upload(pa.table({"a": [1]})))
    gc.collect()
    assert ask(forgotten, "ping").status_code == 404


REFUSED = {
    "a name that is not there": raw('x" from marts.stores; drop table marts.stores; --'),
    "a field computed by SQL": {
        "workflow": [
            {
                "type": "transform",
                "transform": [
                    {
                        "key": "c",
                        "expression": {
                            "op": "expr",
                            "as": "c",
                            "params": [{"type": "sql", "value": "repeat('x', 2000000000)"}],
                        },
                    }
                ],
            },
            {"type": "view", "query": [{"op": "raw", "fields": ["c"]}]},
        ]
    },
    "an aggregate that is SQL": view(
        COUNT | {"measures": [{"field": "(select 1)", "agg": "expr", "asFieldKey": "one"}]}
    ),
    "a view that is SQL": {"workflow": [], "sql": "select 1"},
    "an aggregate that is no function": view(
        COUNT | {"measures": [{"field": "confidence", "agg": "x); drop", "asFieldKey": "a"}]}
    ),
    "no workflow": {"workflow": []},
    "a list": [],
    "text": "select 1",
}


@pytest.mark.parametrize("payload", REFUSED.values(), ids=REFUSED)
def test_workflows_that_bring_sql_are_refused_with_a_sentence(key, payload, published_file):
    before = published_file.read_bytes()
    answer = ask(key, "get_datas_by_payload", {"payload": payload}).json()
    assert answer["code"] == -1
    assert answer["data"] is None
    assert (
        answer["message"].endswith((".", "again", "!")) or "cannot be computed" in answer["message"]
    )
    assert published_file.read_bytes() == before


def test_names_and_values_with_quotes_are_what_they_are():
    name = "a \"b'; drop table explored; --"
    table = explored.of_upload(pa.table({name: ["it's", 'say "x"', "<b>"], "n": [1, 2, 3]}))
    rule = {"type": "one of", "value": ["it's", "'); drop table explored; --"]}
    payload = {"workflow": [{"type": "filter", "filters": [{"fid": name, "rule": rule}]}]}
    payload["workflow"] += raw(name, "n")["workflow"]
    assert table.rows(payload) == [{name: "it's", "n": 1}]
    assert {field["fid"] for field in table.fields} == {name, "n"}


def test_too_many_marks_and_too_long_computing_are_refused(monkeypatch):
    many = explored.of_upload(pa.table({"n": range(50)}))
    monkeypatch.setattr(explored, "MOST_ROWS", 49)
    with pytest.raises(explored.RefusedError, match="more than 49 marks"):
        many.rows(raw("n"))
    middle = {"field": "n", "agg": "median", "asFieldKey": "middle"}
    # millions of groups: it would end, but not within this time
    long = explored.of_upload(pa.table({"n": range(3_000_000)}))
    monkeypatch.setattr(explored, "SECONDS", 0.02)
    with pytest.raises(explored.RefusedError, match="longer than"):
        long.rows(view({"op": "aggregate", "groupBy": ["n"], "measures": [middle]}))


def test_explorer_of_a_replaced_publish_says_so(key, publish):
    publish(clustered=30)
    answer = ask(key, "get_datas_by_payload", {"payload": raw("store_id")}).json()
    assert "published meanwhile" in answer["message"]


def test_numbers_of_clusters_divide_and_other_numbers_are_measured(clusters):
    kinds = {
        field["fid"]: (field["semanticType"], field["analyticType"]) for field in clusters.fields
    }
    assert kinds["final_cluster_id"] == ("nominal", "dimension")
    assert kinds["sales_amount"] == ("quantitative", "measure")
    assert kinds["store_id"] == ("nominal", "dimension")
    assert clusters.first_chart["encoding"]["x"]["field"] == "final_cluster_id"
    stores = explored.of_published(published.version(), "stores")
    places = {field["fid"]: field["analyticType"] for field in stores.fields}
    assert places["latitude"] == places["longitude"] == "dimension"


def test_unknown_table_is_named(published_file):
    with pytest.raises(published.UnavailableError, match="no table `secrets`"):
        explored.of_published(published.version(), "secrets")


def test_explorer_reads_no_other_table_and_no_file(clusters):
    connection = clusters._connect()
    with pytest.raises(duckdb.Error):
        connection.execute("select * from read_text('/etc/passwd')")
    with pytest.raises(duckdb.Error):
        connection.execute("set enable_external_access = true")
    connection.close()


def test_front_end_is_the_one_that_was_tried():
    # its parts on the server are left out, so its names could change unnoticed
    assert version("pygwalker") == "0.5.0.1"
    page = walker._package.joinpath("templates", "index.html").read_text()
    assert "PyGWalkerApp.StreamlitGWalker()" in page
    ours = walker._ASSETS.joinpath("index.html").read_text()
    assert "dist/pygwalker-app.iife.js" in ours
    assert "PyGWalkerApp.StreamlitGWalker()" in ours
