"""The plugin: sources are looked at, and files are swapped in one step."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from python_ml.dbt_plugin import (
    Sources,
    publish_prepare,
    publish_swap,
    settings_of_run,
)
from python_ml.settings import SettingsError
from python_ml.source_plans import file_kind

ROOT = Path(__file__).parents[2]
COLUMNS = {"store_id": "Store", "product_id": "Product", "amount": "Amount"}


@pytest.fixture
def sales(tmp_path):
    """A small sales file."""
    file = tmp_path / "sales.csv"
    file.write_text("Store,Product,Amount\n007,A,1.5\n")
    return file


def test_files_and_columns_that_are_there_are_fine(sales):
    Sources({"sales": {"files": str(sales), "columns": COLUMNS}}, {}).check()
    pattern = str(sales.parent / "sal*.csv")
    Sources({"sales": {"files": [pattern], "columns": COLUMNS}}, {}).check()


def test_column_names_do_not_depend_on_case(sales):
    Sources({"sales": {"files": str(sales), "columns": COLUMNS | {"amount": "AMOUNT"}}}, {}).check()


def test_parquet_files_are_looked_at_too(tmp_path):
    file = tmp_path / "sales.parquet"
    duckdb.sql("select 1 as Store, 2 as Product").write_parquet(str(file))
    with pytest.raises(SettingsError, match=r"sources.sales.columns.amount: .*'Amount'"):
        Sources({"sales": {"files": str(file), "columns": COLUMNS}}, {}).check()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"files": "nowhere/*.csv"}, r"sources.sales.files: there is no file nowhere/\*.csv"),
        ({"columns": COLUMNS | {"amount": "Money"}}, r"no column 'Money' in .*Store, Product, Am"),
        ({"delimiter": ";"}, r"no column 'Store'"),
    ],
)
def test_what_is_not_there_is_named(sales, change, words):
    source = {"files": str(sales), "columns": COLUMNS} | change
    with pytest.raises(SettingsError, match=words):
        Sources({"sales": source}, {}).check()


def test_the_columns_of_feeds_are_looked_at(sales):
    feed = {
        "files": str(sales),
        "key": "Shop",
        "matches": "store_id",
        "features": {"income": "Income"},
        "attributes": {"county": "County"},
    }
    sources = {"sales": {"files": str(sales), "columns": COLUMNS}, "feeds": {"zip": feed}}
    with pytest.raises(SettingsError) as error:
        Sources(sources, {}).check()
    for name in ("sources.feeds.zip.key", "features.income", "attributes.county"):
        assert name in str(error.value)


def test_columns_that_are_named_inside_a_feature_a_split_or_a_category_are_looked_at(sales):
    feed = {
        "files": str(sales),
        "key": "Store",
        "matches": "store_id",
        "split_by": {"sql": "Ring || ' min'"},
        "features": {"income": {"column": "Income", "combine": "sum"}},
        "categories": {"type": "Type"},
    }
    sources = {"sales": {"files": str(sales), "columns": COLUMNS}, "feeds": {"zip": feed}}
    with pytest.raises(SettingsError) as error:
        Sources(sources, {}).check()
    for name in (
        "split_by.sql: there is no column 'Ring'", "features.income.column: ", "categories.type: "
    ):  # fmt: skip
        assert f"sources.feeds.zip.{name}" in str(error.value)


def test_every_file_has_to_have_the_columns(sales):
    (sales.parent / "sales_2.csv").write_text("Store,Product,Umsatz\n007,A,1.5\n")
    pattern = str(sales.parent / "sales*.csv")
    with pytest.raises(SettingsError, match=r"no column 'Amount' in .*sales_2.csv.*Umsatz"):
        Sources({"sales": {"files": pattern, "columns": COLUMNS}}, {}).check()


@pytest.mark.parametrize("taken", ["_file", "_LINE", "_record"])
def test_a_column_whose_name_is_used_here_is_refused(sales, taken):
    sales.write_text(f"Store,Product,Amount,{taken}\n007,A,1.5,x\n")
    with pytest.raises(SettingsError, match=f"has a column '{taken}', a name that is used here"):
        Sources({"sales": {"files": str(sales), "columns": COLUMNS}}, {}).check()


def test_an_expression_is_tried_on_the_columns_of_the_file(sales):
    good = COLUMNS | {"amount": {"sql": "cast(Amount as double) * 2"}}
    Sources({"sales": {"files": str(sales), "columns": good}}, {}).check()
    bad = COLUMNS | {"amount": {"sql": "cast(Money as double) * 2"}}
    with pytest.raises(SettingsError, match=r"sources.sales.columns.amount.sql: .*Money"):
        Sources({"sales": {"files": str(sales), "columns": bad}}, {}).check()


def test_an_unknown_ending_asks_for_the_format(tmp_path):
    file = tmp_path / "sales.dat"
    file.write_text("Store,Product,Amount\n")
    with pytest.raises(SettingsError, match=r"say format: csv, parquet or excel"):
        Sources({"sales": {"files": str(file), "columns": COLUMNS}}, {}).check()
    Sources({"sales": {"files": str(file), "format": "csv", "columns": COLUMNS}}, {}).check()


@pytest.mark.parametrize(
    ("file", "expected"),
    [("a.csv", "csv"), ("a.csv.gz", "csv"), ("a.tsv", "csv"), ("a.parquet", "parquet"),
     ("a.XLSX", "excel"), ("a.dat", None)],
)  # fmt: skip
def test_the_ending_says_the_format(file, expected):
    assert file_kind({}, file) == expected


def test_a_users_file_cannot_hold_what_belongs_to_the_project():
    with pytest.raises(SettingsError, match=r"belong to dbt_project.yml"):
        settings_of_run({"defaults": {}, "environments": {}}, "prod", {"environments": {}})


def test_a_swap_replaces_the_file_and_leaves_no_old_log(tmp_path):
    published, finished = tmp_path / "prod.duckdb", tmp_path / "prod.duckdb.next"
    published.write_text("old")
    (tmp_path / "prod.duckdb.wal").write_text("log of somebody who wrote into the old one")
    finished.write_text("new")
    with published.open() as reader:
        publish_swap(str(finished), str(published))
        assert reader.read() == "old"
    assert published.read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["prod.duckdb"]


def test_an_unfinished_file_is_not_published(tmp_path):
    published, finished = tmp_path / "prod.duckdb", tmp_path / "prod.duckdb.next"
    published.write_text("old")
    finished.write_text("new")
    (tmp_path / "prod.duckdb.next.wal").write_text("log")
    with pytest.raises(RuntimeError, match="not closed"):
        publish_swap(str(finished), str(published))
    assert published.read_text() == "old"


def test_leftovers_of_a_killed_build_go(tmp_path):
    finished = tmp_path / "new" / "prod.duckdb.next"
    assert publish_prepare(str(finished)) == str(finished)
    finished.write_text("half")
    (finished.parent / "prod.duckdb.next.wal").write_text("log")
    publish_prepare(str(finished))
    assert list(finished.parent.iterdir()) == []


def test_models_that_start_side_by_side_have_nothing_left_to_import():
    code = """
import sys
from pathlib import Path
from python_ml.dbt_plugin import import_for_models
assert "sklearn.cluster" not in sys.modules
import_for_models(Path("."))
assert "sklearn.cluster" in sys.modules
before = set(sys.modules)
models = sorted(Path("models").rglob("*.py"))
assert len(models) > 10
for model in models:
    exec(compile(model.read_text(), model, "exec"), {})
assert set(sys.modules) == before, set(sys.modules) - before
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
