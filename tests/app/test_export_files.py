"""What an export leaves in its folder, and what it says when it cannot."""

import csv
import html
import os
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_publish import HOSTILE, write_plan
from small_publish import CATEGORIES

from app.data import published
from app.export.__main__ import export
from app.export.tables import BOM, csv_bytes
from app.export.text import FORMULA, escaped, file_names, readable

CATEGORY_NAMES = [
    "../../etc/passwd",
    "CON",
    "Bread & rolls",
    "bread/rolls",
    "🍞",
    "حليب",
    "a" * 300,
]


@pytest.fixture
def plan(warehouse):
    """A published database with every table and hostile names."""
    write_plan(warehouse / "test.duckdb")
    return warehouse / "test.duckdb"


def files(folder):
    """The content of every file of a folder by its path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_everything_is_in_one_folder_named_after_day_and_run(plan, tmp_path):
    folder = export(tmp_path / "out")
    assert folder == tmp_path / "out/2026-11-23-5f0c2a9e"
    made = files(folder)
    with duckdb.connect(str(plan), read_only=True) as connection:
        tables = connection.sql("select table_name from duckdb_tables()").fetchall()
    expected = {f"tables/{name}.{end}" for (name,) in tables for end in ("csv", "parquet")}
    for name in ("Bakery", "Dairy-b-eggs-b-fresh"):
        expected |= {f"workbooks/{name}.xlsx"}
        expected |= {f"profiles/{name}/cluster-{number}.html" for number in (1, 2, 3)}
    assert set(made) == expected | {"index.html"}
    assert all(made.values())
    listed = made["index.html"].decode()
    for path in expected:
        assert path.startswith("tables/") or f'href="{path}"' in listed


def test_the_same_published_file_gives_the_same_bytes_and_replaces_them(plan, tmp_path):
    first = files(export(tmp_path / "out"))
    again = files(export(tmp_path / "out"))
    assert first == again
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["2026-11-23-5f0c2a9e"]


def test_csv_has_all_rows_as_published_but_for_the_apostrophes(plan, tmp_path):
    folder = export(tmp_path / "out")
    content = (folder / "tables/store_clusters.csv").read_bytes()
    assert content.startswith(BOM)
    rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))
    with duckdb.connect(str(plan), read_only=True) as connection:
        asked = connection.sql("select category, store_id, store_name, sales_amount from "
                               "marts.store_clusters").fetchall()  # fmt: skip
    assert len(rows) == len(asked) == 38 * len(CATEGORIES)
    for row, (category, store_id, name, sales) in zip(rows, asked, strict=True):
        assert (row["category"], row["store_id"]) == (category, store_id)
        assert row["store_name"] == ("'" + name if FORMULA.search(name) else name)
        assert row["sales_amount"] == str(sales)
    quoted = {row["store_id"] for row in rows if row["store_name"].startswith("'")}
    assert quoted == {"001", "002", "003", "004", "005", "006", "012"}


def test_parquet_is_what_is_published(plan, tmp_path):
    folder = export(tmp_path / "out")
    with duckdb.connect(str(plan), read_only=True) as connection:
        for name in ("store_clusters", "cluster_merges", "runs"):
            expected = connection.sql(f"select * from marts.{name}").pl()
            found = pl.read_parquet(folder / f"tables/{name}.parquet")
            assert found.equals(expected)
            assert found.schema == expected.schema


@given(st.text())
def test_no_text_of_a_csv_begins_like_a_formula_and_none_is_lost(text):
    content = csv_bytes(pa.table({"text": [text, "x"], "number": [-1.5, 2]})).decode("utf-8-sig")
    header, first, second = csv.reader(StringIO(content, newline=""))
    assert header == ["text", "number"]
    assert not FORMULA.search(first[0])
    assert first[0].removeprefix("'") == text.removeprefix("'")
    assert (first[1], second) == ("-1.5", ["x", "2.0"])


@given(st.lists(st.text()))
def test_names_of_files_are_plain_and_their_own(names):
    given_names = file_names(names, otherwise="category")
    assert set(given_names) == set(names)
    assert len({name.casefold() for name in given_names.values()}) == len(set(names))
    for name in given_names.values():
        assert name.replace("-", "").isalnum()
        assert len(name) < 100
        assert name.casefold() not in {"con", "nul", "com1"}
    assert given_names == file_names(reversed(names), otherwise="category")


@given(st.text())
def test_escaped_text_has_no_markup_and_says_the_same(text):
    assert not set("<>\"'") & set(escaped(text))
    assert html.unescape(escaped(text)) == readable(text)


def test_hostile_categories_stay_in_the_folder_each_with_its_own_files(plan, tmp_path):
    with duckdb.connect(str(plan)) as connection:
        for table in ("clusters", "store_clusters"):
            for name in CATEGORY_NAMES:
                connection.execute(
                    f"insert into marts.{table} select * replace (? as category) "
                    f"from marts.{table} where category = 'Bakery'",
                    [name],
                )
    folder = export(tmp_path / "out")
    books = {openpyxl.load_workbook(path, read_only=True).properties.title
             for path in (folder / "workbooks").iterdir()}  # fmt: skip
    assert {name[:255] for name in [*CATEGORIES, *CATEGORY_NAMES]} == books
    assert {path.name for path in tmp_path.iterdir()} == {"out", plan.name}
    assert len(list(folder.rglob("*.html"))) == 1 + 3 * len([*CATEGORIES, *CATEGORY_NAMES])


def run_export(out, **environment):
    """Run the command; return what it said, and whether it failed."""
    done = subprocess.run(
        [sys.executable, "-m", "app.export", "--out", str(out)],
        cwd=Path(__file__).parents[2], env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_the_command_says_where_it_is_and_nothing_else(plan, tmp_path):
    code, said = run_export(tmp_path / "out", WAREHOUSE_DIR=str(plan.parent), ENV="test")
    folder = tmp_path / "out/2026-11-23-5f0c2a9e"
    assert (code, said) == (0, f"Exported to {folder}: open {folder / 'index.html'}\n")


def test_nothing_published_is_one_sentence(warehouse, tmp_path):
    code, said = run_export(tmp_path / "out", WAREHOUSE_DIR=str(warehouse), ENV="test")
    assert (code, said) == (1, f"{published.NOTHING_PUBLISHED}\n")
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_one_sentence(plan, tmp_path):
    (tmp_path / "out").write_text("a file")
    code, said = run_export(tmp_path / "out", WAREHOUSE_DIR=str(plan.parent), ENV="test")
    assert code == 1
    assert said.startswith(f"Cannot write to {tmp_path / 'out'}: ")
    assert "Traceback" not in said


def test_a_run_that_is_not_recorded_is_named(plan, tmp_path):
    with duckdb.connect(str(plan)) as connection:
        connection.execute("delete from marts.runs")
    with pytest.raises(published.UnavailableError, match="records no run"):
        export(tmp_path / "out")


def test_a_publish_meanwhile_exports_nothing(plan, tmp_path):
    out = tmp_path / "out"
    write_plan(tmp_path / "next")
    command = [sys.executable, "-m", "app.export", "--out", str(out)]
    variables = os.environ | {"WAREHOUSE_DIR": str(plan.parent), "ENV": "test"}
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[2], env=variables, stderr=subprocess.PIPE, text=True
    ) as running:
        while running.poll() is None and not list(out.glob(".unfinished-*")):
            time.sleep(0.005)
        (tmp_path / "next").replace(plan)
        _, said = running.communicate()
    assert "Another run was published meanwhile: nothing was exported." in said
    assert running.returncode == 1
    assert not list(out.iterdir())


def test_what_fails_half_way_leaves_nothing_and_takes_nothing_away(plan, tmp_path):
    before = files(export(tmp_path / "out"))
    with duckdb.connect(str(plan)) as connection:
        connection.execute("update marts.runs set settings = 'no JSON'")
    with pytest.raises(ValueError, match="Expecting value"):
        export(tmp_path / "out")
    assert files(tmp_path / "out/2026-11-23-5f0c2a9e") == before
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_names_of_the_workbook_are_in_the_table_too(plan, tmp_path):
    folder = export(tmp_path / "out")
    stores = pd.read_csv(folder / "tables/stores.csv", dtype=str)
    assert stores["store_id"].tolist()[:2] == ["001", "002"]
    assert stores["store_name"][0] == f"'{HOSTILE[1]}"
