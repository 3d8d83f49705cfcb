"""How sources are read, and what is said if they cannot be."""

import duckdb
import pytest

from python_ml.settings import SettingsError
from python_ml.source_plans import attach_databases, plan_source

COLUMNS = {"store_id": "store", "amount": "amount"}


def plan(source, paths=()):
    with duckdb.connect() as connection:
        return plan_source(connection, source, dict(paths))


def fault(source):
    with pytest.raises(SettingsError) as error:
        plan(source)
    return str(error.value)


def write(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)


def test_files_with_the_same_header_are_read_at_once_and_others_apart(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_DIR", str(tmp_path))
    write(tmp_path, a="store,amount\n", b="amount,store\n", c="store,amount\n")
    found = plan({"files": "${SHOP_DIR}/*.csv", "columns": COLUMNS})
    assert [reader["columns"] for reader in found["readers"]] == [
        ["store", "amount"], ["amount", "store"],
    ]  # fmt: skip
    assert [len(reader["files"]) for reader in found["readers"]] == [2, 1]
    assert found["types"] == {"columns.store_id": "VARCHAR", "columns.amount": "VARCHAR"}


def test_a_column_that_one_file_lacks_is_named_with_the_file(tmp_path):
    write(tmp_path, a="store,amount\n", b="store,sum\n")
    said = fault({"files": f"{tmp_path}/*.csv", "columns": COLUMNS})
    assert said == (
        f"columns.amount: there is no column 'amount' in {tmp_path}/b.csv; "
        "its columns are store, sum"
    )
    duckdb.sql(f"copy (select 1 as store, 2 as amount) to '{tmp_path}/a.parquet'")
    duckdb.sql(f"copy (select 2 as amount, 1 as Store) to '{tmp_path}/c.parquet'")
    found = plan({"files": f"{tmp_path}/*.parquet", "columns": COLUMNS})
    assert len(found["readers"]) == 1
    duckdb.sql(f"copy (select 1 as store, 2 as sum) to '{tmp_path}/b.parquet'")
    said = fault({"files": f"{tmp_path}/*.parquet", "columns": COLUMNS})
    assert f"no column 'amount' in {tmp_path}/b.parquet" in said


def test_an_expression_that_names_no_column_or_gives_a_list_is_refused(tmp_path):
    write(tmp_path, a="store,amount\n")
    for sql, words in {
        "amount * price": "there is no column 'price'",
        "amount || current_user": "there is no column 'current_user'",
        "[amount, store]": "gives a list",
        "amount + 1": "does not work",
    }.items():
        said = fault({"files": f"{tmp_path}/a.csv", "columns": COLUMNS | {"amount": {"sql": sql}}})
        assert said.startswith("columns.amount.sql: ")
        assert words in said


def test_all_groups_are_the_columns_that_are_not_named_in_any_order(tmp_path):
    write(tmp_path, a="Store,tea,rum\n", b="rum,tea,store\n")
    source = {"files": f"{tmp_path}/*.csv", "columns": {"store_id": "store"}, "groups": "*"}
    assert plan(source)["groups"] == ["tea", "rum"]
    assert "no column 'gin' in" in fault(source | {"groups": ["gin"]})
    write(tmp_path, c="store,tea,rum,gin\n")
    assert "differ in the columns gin; list the groups" in fault(source)
    assert plan(source | {"groups": ["rum"]})["groups"] == ["rum"]


def test_a_name_that_is_used_here_is_not_taken_as_a_column(tmp_path):
    write(tmp_path, a="store,amount,_Line\n")
    said = fault({"files": f"{tmp_path}/a.csv", "columns": COLUMNS})
    assert said.endswith("has a column '_Line', a name that is used here: rename it")


def test_a_database_that_cannot_be_opened_does_not_tell_its_path(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_URI", f"{tmp_path}/secret.duckdb")
    databases = {"shop": {"type": "duckdb", "path": "${SHOP_URI}"}}
    with duckdb.connect() as connection, pytest.raises(SettingsError) as error:
        attach_databases(connection, databases, {})
    assert str(error.value).startswith("sources.databases.shop: cannot be opened: ")
    assert "secret" not in str(error.value)
    assert "relation: shop.main.t cannot be read" in fault({"relation": "shop.main.t"})


@pytest.mark.parametrize("text", ["dd.mm.yyyy", "%Q", "%d.%m.", "%d.%M.%Y", "%d.%Y"])
def test_a_date_format_has_to_tell_a_day(tmp_path, text):
    write(tmp_path, a="store,amount\n")
    source = {"files": f"{tmp_path}/a.csv", "columns": COLUMNS}
    for good in ("%d.%m.%Y", "%m/%d/%y", "%Y-%m", "%Y%m%d %H:%M"):
        plan(source | {"date_format": good})
    said = fault(source | {"date_format": text})
    assert said == f"date_format: {text!r} does not tell a day; write it like '%d.%m.%Y'"


def test_a_file_is_read_once_however_its_path_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, a="store,amount\n")
    (tmp_path / "x").mkdir()
    (tmp_path / "link.csv").symlink_to("a.csv")
    files = ["a.csv", "./a.csv", str(tmp_path / "a.csv"), "x/../a.csv", "link.csv"]
    [reader] = plan({"files": files, "columns": COLUMNS})["readers"]
    assert reader["files"] == ["a.csv"]


@pytest.mark.parametrize("name", ["a[1]", "a*", "a?"])
def test_a_file_name_that_stands_for_others_is_refused(tmp_path, name):
    write(tmp_path, **{name: "store,amount\n", "a1": "store,amount\n"})
    said = fault({"files": f"{tmp_path}/*.csv", "columns": COLUMNS})
    assert said == (
        f"files: {tmp_path}/{name}.csv would stand for other files, too; rename it: "
        "[ ] * ? stand for other characters in a file name"
    )


def test_files_with_another_delimiter_are_read_apart(tmp_path):
    write(tmp_path, a="store,amount\n")
    (tmp_path / "b.tsv").write_text("store\tamount\n")
    found = plan({"files": [f"{tmp_path}/a.csv", f"{tmp_path}/b.tsv"], "columns": COLUMNS})
    assert [(reader["files"], reader["delimiter"]) for reader in found["readers"]] == [
        ([f"{tmp_path}/a.csv"], ","),
        ([f"{tmp_path}/b.tsv"], "\t"),
    ]


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (["tea", "tea"], "groups: 'tea' is there twice (case does not count); list it once"),
        (["tea", "Tea"], "groups: 'Tea' is there twice (case does not count); list it once"),
        (["tea", "Store"], "groups: 'Store' is a column of the settings, too; take it out of one"),
    ],
)
def test_a_group_counts_once_and_is_no_other_column(tmp_path, groups, words):
    write(tmp_path, a="store,tea\n", b="tea,store\n")
    source = {"files": f"{tmp_path}/*.csv", "columns": {"store_id": "store"}}
    assert fault(source | {"groups": groups}) == words


def test_a_type_that_differs_between_files_is_that_of_all_rows(tmp_path):
    for name, row in {
        "a": "1 as store, 2 as amount, 'x' as sold_on",
        "b": "2.5::double as amount, 1 as store, date '2025-01-01' as sold_on, 0 as extra",
    }.items():
        duckdb.sql(f"copy (select {row}) to '{tmp_path}/{name}.parquet'")
    columns = COLUMNS | {"sold_on": "Sold_on", "quantity": {"sql": "amount + 1"}}
    for files in (["a", "b"], ["b", "a"]):
        source = {"files": [f"{tmp_path}/{name}.parquet" for name in files], "columns": columns}
        found = plan(source)
        assert len(found["readers"]) == 2
        assert found["types"] == {
            "columns.store_id": "INTEGER",
            "columns.amount": "DOUBLE",
            "columns.sold_on": "VARCHAR",
            "columns.quantity": "DOUBLE",
        }


@pytest.mark.parametrize(
    ("ending", "option"),
    [("parquet", {"delimiter": ";"}), ("csv", {"sheet": "x"}), ("parquet", {"title_lines": 1})],
)
def test_an_option_of_another_format_is_refused(tmp_path, ending, option):
    duckdb.sql(f"copy (select 1 as store, 2 as amount) to '{tmp_path}/a.{ending}'")
    [name] = option
    said = fault({"files": f"{tmp_path}/*", "columns": COLUMNS} | option)
    assert said == f"{name}: does not apply to {ending} files; take it out"
