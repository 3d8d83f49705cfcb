"""The benchmark of the dashboard runs, its large files are whole, and its table claims no aim."""

import asyncio
import json
import sys
from pathlib import Path

import duckdb
import pytest

from benchmarks import visits
from benchmarks.copies import write_copies
from benchmarks.dashboard import main
from benchmarks.dashboard_report import summary, table
from benchmarks.servers import streamlit

sys.path.insert(0, str(Path(__file__).parents[1] / "app"))
from small_publish import write_published


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A small published file."""
    path = tmp_path_factory.mktemp("sample") / "prod.duckdb"
    write_published(path)
    return path


def ask(path, sql):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def step(page, name, seconds, visit=1):
    return {
        "page": page,
        "step": name,
        "visit": visit,
        "seconds": seconds,
        "server_cpu_seconds": 0.1,
    }


def measured(stores=50_000, first=1.0, turn=0.4, peak=5e8, errors=(), share=1):
    """A case as the benchmark writes it."""
    crowd = {"people": 10, "seconds": [0.1] * 95 + [2.0] * 5, "errors": list(errors)}
    row = {
        "stores": stores,
        "load_before": 1.0,
        "empty": [{"first": 0.5, "turn": 0.1}],
        "steps": [
            step("Overview", "first", 9.0, visit=0),
            step("Overview", "choose", 8.0, visit=0),
            step("Clusters", "turn", 7.0, visit=0),
            step("Overview", "first", first),
            step("Overview", "again", 1.5),
            step("Overview", "choose", 0.3),
            step("Clusters", "turn", turn),
        ],
        "errors": [],
        "crowd": crowd,
        "walked_peak_bytes": 4e8,
        "peak_bytes": peak,
    }
    return {"measured": {"share_of_rows": share}, "rows": [row]}


def aims(case):
    lines = [line.split("|")[1:-1] for line in summary(case).splitlines()[2:]]
    return {cells[1].strip(): cells[4].strip() for cells in lines}


def test_copies_have_ids_and_values_of_their_own_and_the_clusters_of_their_original(
    sample, tmp_path
):
    out = tmp_path / "large.duckdb"
    write_copies(sample, out, 100)
    [(rows, stores)] = ask(out, "select count(*), count(distinct store_id) from marts.stores")
    assert (rows, stores) == (100, 100)
    [(of_one, of_two)] = ask(
        out,
        "select sum(final_cluster_id) filter (where store_id in ('001', '001-1')), "
        "2 * sum(final_cluster_id) filter (where store_id = '001') from marts.store_clusters",
    )
    assert of_one == of_two
    [(originals, copies)] = ask(
        out,
        "select array_agg(raw_value order by feature) filter (where store_id = '001'), "
        "array_agg(raw_value order by feature) filter (where store_id = '001-1') "
        "from marts.store_features where category = 'Bakery' and raw_value > 0",
    )
    assert originals == [value for (value,) in ask(
        sample,
        "select raw_value from marts.store_features "
        "where category = 'Bakery' and raw_value > 0 and store_id = '001' order by feature",
    )]  # fmt: skip
    assert copies != originals
    assert copies == pytest.approx(originals, rel=0.11)
    wrong = ask(
        out,
        "select * from marts.clusters where store_count <> (select count(*) "
        "from marts.store_clusters as s where s.category = clusters.category "
        "and s.final_cluster_id = clusters.final_cluster_id)",
    )
    assert wrong == []


def test_fewer_stores_than_there_are_are_the_first_ones(sample, tmp_path):
    write_copies(sample, tmp_path / "few.duckdb", 3)
    found = ask(tmp_path / "few.duckdb", "select store_id from marts.stores order by 1")
    assert found == [("001",), ("002",), ("003",)]


def test_tables_that_are_not_about_stores_and_what_is_said_of_columns_stay(sample, tmp_path):
    write_copies(sample, tmp_path / "large.duckdb", 100)
    for sql in (
        "select * from marts.runs order by all",
        "select * from marts.cluster_rules order by all",
        "select table_name, column_name, comment from duckdb_columns() "
        "where schema_name = 'marts' order by all",
    ):
        assert ask(tmp_path / "large.duckdb", sql) == ask(sample, sql)


@pytest.mark.browser
@pytest.mark.end_to_end
@pytest.mark.long
def test_the_command_runs_on_a_tiny_size(sample, tmp_path, capsys):
    arguments = ["--rows", "0.0001", "--repeats", "1", "--people", "2", "--seconds", "1"]
    assert main([*arguments, "--sample", str(sample), "--dir", str(tmp_path)]) == 0
    case = json.loads((tmp_path / "results.json").read_text())["dashboard"]
    assert table("dashboard", case) in capsys.readouterr().out
    assert [row["stores"] for row in case["rows"]] == [60, 60, 100]
    for row in case["rows"]:
        assert {each["page"] for each in row["steps"]} > {"Overview", "Data", "Visual explorer"}
        assert all(0 < each["seconds"] < visits.MOST_SECONDS for each in row["steps"])
        assert row["errors"] == row["crowd"]["errors"] == []
        assert len(row["crowd"]["seconds"]) >= 4
        # a Python process with Streamlit in it, and not the whole machine
        assert 1e8 < row["peak_bytes"] < 4e9


@pytest.mark.browser
def test_a_step_lasts_until_the_script_ends_and_an_error_of_the_page_is_found(tmp_path):
    script = tmp_path / "slow.py"
    script.write_text(
        "import time\nimport streamlit as st\n"
        "st.title('Slow')\n"
        "if st.selectbox('Kind', ['good', 'bad']) == 'bad':\n"
        "    time.sleep(1.5)\n"
        "    raise ValueError('broken')\n"
    )

    async def visit(address):
        async with visits.chromium() as browser, visits.person(browser) as somebody:
            await somebody.open(address, "Slow")
            before = list(somebody.errors)
            return before, await somebody.choose("Kind", "bad"), somebody.errors

    with streamlit(str(script), tmp_path / "log") as server:
        before, seconds, errors = asyncio.run(visit(server.address))
    assert before == []
    assert 1.5 < seconds < 30
    assert any("broken" in error for error in errors)


def test_aims_are_of_the_median_of_each_step_that_was_asked_before():
    found = aims(measured())
    assert found["first view"] == "met (2 s)"
    assert found["page change"] == found["choosing on a page"] == "met (0.5 s)"
    assert found["10 people at once, 100 steps"] == "met (no error)"
    assert found["peak memory of the server, after all"] == "met (600 MB)"


def test_what_is_missed_is_said():
    found = aims(measured(first=2.1, turn=0.6, peak=7e8, errors=["broken"]))
    assert found["first view"] == "missed (2 s)"
    assert found["page change"] == "missed (0.5 s)"
    assert found["10 people at once, 100 steps"] == "missed (1 error)"
    assert found["peak memory of the server, after all"] == "missed (600 MB)"
    assert found["peak memory of the server, one visitor"] == "met (600 MB)"


def test_a_million_stores_have_aims_of_their_own_and_a_trial_has_none():
    found = aims(measured(stores=1_000_000, first=2.1, turn=0.6))
    assert (found["first view"], found["page change"]) == ("met (3 s)", "met (1 s)")
    found = aims(measured(share=0.5))
    assert (found["first view"], found["peak memory of the server, after all"]) == ("", "")


def test_response_times_of_people_at_once_are_reported():
    assert "| p50 0.10, p95 0.10 |" in summary(measured())
