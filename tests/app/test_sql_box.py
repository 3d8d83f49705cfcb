"""Queries of analysts: off by default, reading only, ended within their limits."""

import contextlib
import os
import time
from pathlib import Path

import pytest

from app.data import published, sandbox, sql


@pytest.fixture
def version(published_file, monkeypatch):
    """A published version, with queries switched on."""
    monkeypatch.setenv(sql.SWITCH, "on")
    return published.version()


@pytest.mark.parametrize("value", ["", "off", "0", "true", "yes"])
def test_queries_are_off_unless_switched_on(published_file, monkeypatch, value):
    monkeypatch.setenv(sql.SWITCH, value)
    assert not sql.is_on()
    with pytest.raises(sql.QueryError, match="Queries are off"):
        sql.ask(published.version(), "select 1")


def test_queries_are_off_without_the_variable(published_file, monkeypatch):
    monkeypatch.delenv(sql.SWITCH, raising=False)
    with pytest.raises(sql.QueryError, match="Queries are off"):
        sql.ask(published.version(), "select 1")


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("select count(*) as n from store_clusters", 76),
        ("from marts.store_clusters select count(*)", 76),
        ("with a as (select 1 as b) select b from a;", 1),
        (sql.EXAMPLE, "Bakery"),
    ],
)
def test_one_statement_that_reads_is_answered(version, query, first):
    found, more = sql.ask(version, query)
    assert found.iloc[0, 0] == first
    assert not more


def test_explain_is_answered(version):
    found, _ = sql.ask(version, "explain select * from stores")
    assert "SCAN" in found.to_string()


def test_long_answers_are_cut_and_say_so(version, monkeypatch):
    monkeypatch.setattr(sql, "MOST_ROWS", 10)
    found, more = sql.ask(version, "select store_id from stores order by 1")
    assert (len(found), more) == (10, True)
    monkeypatch.setattr(sql, "MOST_ROWS", 40)
    found, more = sql.ask(version, "select store_id from stores")
    assert (len(found), more) == (40, False)


REFUSED = {
    "nothing": "",
    "several statements": "select 1; select 2",
    "a hidden second one": "select 1; drop table marts.stores",
    "copy": "copy (select 1) to '{folder}/out.csv'",
    "copy under explain": "explain analyze copy (select 1) to '{folder}/out.csv'",
    "attach": "attach '{folder}/other.duckdb'",
    "attach memory": "attach ':memory:' as mine",
    "csv": "select * from read_csv('/etc/passwd')",
    "text": "select * from read_text('/etc/passwd')",
    "bytes of the published file": "select * from read_blob('{folder}/test.duckdb')",
    "file by name": "from '/etc/passwd'",
    "glob": "select * from glob('/etc/*')",
    "network": "from 'http://127.0.0.1:9/x.parquet'",
    "temporary table": "create temp table t as select 1",
    "change": "update marts.stores set store_name = 'x'",
    "delete": "delete from marts.stores",
    "set": "set memory_limit = '100GB'",
    "unlock": "set lock_configuration = false",
    "variable": "set variable x = 1",
    "install": "install httpfs",
    "load": "load httpfs",
    "export": "export database '{folder}/all'",
    "environment": "select getenv('HOME')",
    "call": "call pragma_version()",
    "no SQL": "selec 1",
}


@pytest.mark.parametrize("query", REFUSED.values(), ids=REFUSED)
def test_all_else_is_refused_with_a_sentence(version, published_file, query):
    before = published_file.read_bytes()
    files = sorted(published_file.parent.iterdir())
    with pytest.raises(sql.QueryError) as refused:
        sql.ask(version, query.format(folder=published_file.parent))
    assert str(refused.value)
    assert "\n" not in str(refused.value)
    assert published_file.read_bytes() == before
    assert sorted(published_file.parent.iterdir()) == files


RUNAWAY = {
    "rows": "select count(*) from range(10000000000) as a, range(1000) as b",
    "recursion": (
        "with recursive t as (select 1 as x union all select x + 1 from t) select max(x) from t"
    ),
    "one long text": "select repeat('x', 2000000000)",
    "one long list": "select list_transform(range(100000000), lambda x: x || 'aaa')",
}


def children() -> set[str]:
    """The processes that this one started and that are not gone."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if stat.read_text().rpartition(")")[2].split()[1] == str(os.getpid()):
                found.add(stat.parent.name)
    return found


@pytest.mark.parametrize("query", RUNAWAY.values(), ids=RUNAWAY)
def test_runaway_query_is_ended_within_its_limits(version, monkeypatch, query):
    monkeypatch.setattr(sql, "LIMITS", sandbox.Limits(2 << 30, 3, 64 << 20))
    before = children()
    started = time.monotonic()
    with pytest.raises(sql.QueryError, match="was ended"):
        sql.ask(version, query)
    assert time.monotonic() - started < 15
    assert children() <= before  # nothing goes on


def test_large_answer_is_refused(version):
    with pytest.raises(sql.QueryError, match="larger than 64 MB"):
        sql.ask(version, "select repeat('x', 20000) from range(9000)")


def test_query_of_a_replaced_publish_is_asked_again(version, publish):
    publish(clustered=30)
    with pytest.raises(published.RepublishedError):
        sql.ask(version, "select 1")
