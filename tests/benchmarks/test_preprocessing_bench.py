"""The benchmark runs, its contenders do the same work, and its page is what was measured."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml

from benchmarks import in_pandas, in_polars
from benchmarks.cases import cases
from benchmarks.clustering_report import CASES
from benchmarks.compare import difference
from benchmarks.dashboard_report import CASE
from benchmarks.floor import floor_query
from benchmarks.report import document, table
from python_ml.sample_data import write_sample_data

ROOT = Path(__file__).parents[2]
SETTINGS = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["defaults"]


@pytest.fixture(scope="module", params=["csv", "parquet"])
def dirty_chain(request, tmp_path_factory):
    """The sales and products of a small chain with planted defects."""
    folder = tmp_path_factory.mktemp("chain")
    write_sample_data(
        folder, stores=60, weeks=6, categories=2, products_per_need_state=2, seed=7,
        file_format=request.param, dirt=True,
    )  # fmt: skip
    return folder / "internal" / f"sales.{request.param}", folder / "internal" / "products.csv"


def measured(seconds, name="ours", rows=100, outcome="finished", peak=1e9):
    """A row of results as the benchmark writes it."""
    data = {"rows": rows, "file_format": "csv", "is_dirty": False}
    run = {"seconds": seconds, "peak_bytes": peak, "outcome": outcome}
    return {"contender": name, "data": data, "memory_limit": "4GB", "runs": [run]}


def cells(text):
    """The cells of a Markdown table without its heads."""
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()[2:]]


@pytest.mark.end_to_end
def test_the_command_runs_and_all_contenders_agree(tmp_path):
    command = [sys.executable, "-m", "benchmarks.preprocessing", "--cases", "pandas"]
    command += ["--rows", "0.0002", "--repeats", "1"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"BENCH_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    case = json.loads((tmp_path / "results.json").read_text())["pandas"]
    assert table("pandas", case) in done.stdout
    contenders = [row["contender"] for row in case["rows"]]
    assert contenders == ["pandas", "polars", "ours"] * 2 + ["start-up"]
    for row in case["rows"]:
        assert [run["outcome"] for run in row["runs"]] == ["finished"]
        # a Python process with pandas in it, and not the whole machine
        assert 5e7 < row["runs"][0]["peak_bytes"] < 4e9
    for row in case["rows"][:2] + case["rows"][3:5]:
        assert row["runs"][0]["largest_difference"] < 1e-6
    assert "feat_internal_scaled" in case["rows"][2]["runs"][0]["steps"]


def test_polars_and_pandas_refuse_the_same_rows_and_give_the_same_matrix(dirty_chain, tmp_path):
    in_polars.preprocess(*dirty_chain, tmp_path / "polars.parquet", SETTINGS)
    in_pandas.preprocess(*dirty_chain, tmp_path / "pandas.parquet", SETTINGS)
    found = difference(tmp_path / "polars.parquet", tmp_path / "pandas.parquet")
    assert found["values"] > 500
    assert found["unmatched"] == 0
    assert found["largest"] < 1e-9
    refused = [
        pd.read_parquet(tmp_path / f"{name}.refused.parquet").set_index("reason")["rows"].to_dict()
        for name in ("polars", "pandas")
    ]
    assert refused[0] == refused[1]
    assert min(refused[0].values()) > 0
    assert set(refused[0]) == {
        "store id is missing",
        "product id is missing",
        "amount is not a number",
        "date is not a date",
        "row is there twice",
    }


def test_a_value_that_differs_is_found(tmp_path):
    cell = {"category": ["beer"], "store_id": ["s1"], "feature": ["ale"]}
    for name, value in (("one", 1.0), ("other", 1.1)):
        pd.DataFrame(cell | {"value": [value]}).to_parquet(tmp_path / f"{name}.parquet")
    command = [sys.executable, "-m", "benchmarks.compare"]
    files = [str(tmp_path / "one.parquet"), str(tmp_path / "other.parquet")]
    assert subprocess.run([*command, *files], cwd=ROOT, check=False).returncode == 1
    assert subprocess.run([*command, files[0], files[0]], cwd=ROOT, check=False).returncode == 0


def test_the_floor_reads_all_mapped_sales(dirty_chain):
    sales, products = dirty_chain
    query = floor_query(sales, products, is_dirty=True)
    found = duckdb.sql(f"select sum(amount), sum(units), max(last_week) from ({query})").fetchall()
    raw = duckdb.sql(f"""
        select
            sum(try_cast(sales_amount as double)),
            sum(try_cast(units as integer)),
            max(try_cast(week as date))
        from '{sales}'
        inner join '{products}' as products using (product_id)
    """).fetchall()
    assert found[0][0] == pytest.approx(raw[0][0])
    assert found[0][1:] == raw[0][1:]


def test_the_table_measures_against_the_first_row_and_the_aim():
    rows = [
        measured(2, "DuckDB query"),
        measured(9, "ours"),
        measured(8, "ours, duplicates not searched", peak=5e9),
        measured(5, "start-up", rows=1),
    ]
    floor, ours, without, start_up = cells(table("csv", {"rows": rows}))
    assert floor[4:] == ["2.0 (2.0 to 2.0)", "", "", "1.00", ""]
    assert ours[5:7] == ["4.0", "4.50, net 2.00"]
    assert ours[8] == "time met net of start-up (2), memory met (4 GB)"
    assert without[8] == "time met net of start-up (2), memory missed (4 GB)"
    assert start_up[4:] == ["5.0 (5.0 to 5.0)", "", "", "1.00", ""]


def test_the_table_says_how_time_grows():
    rows = [measured(6, rows=10), measured(15, rows=100), measured(405, rows=1000)]
    case = {"rows": [*rows, measured(5, "start-up", rows=1)]}
    assert [line[6] for line in cells(table("growth", case))] == ["", "1.00", "1.60", ""]
    assert [line[8] for line in cells(table("growth", case))] == ["", "met (1)", "missed (1)", ""]


def test_a_run_that_did_not_finish_has_no_time():
    [line] = cells(table("memory", {"rows": [measured(9, outcome="stopped for memory")]}))
    assert line[4:] == ["stopped for memory", "", "", "1.00", "missed"]


def test_the_page_is_what_the_measured_figures_give():
    results = json.loads((ROOT / "docs/benchmarks.json").read_text())
    assert set(results) <= set(cases(1)) | set(CASES) | {CASE}
    assert document(results) == (ROOT / "docs/benchmarks.md").read_text()
