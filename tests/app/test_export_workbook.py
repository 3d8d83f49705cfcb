"""The workbook of a category says what is published, and no text in it computes."""

import json
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from plan_publish import HOSTILE, write_plan
from small_publish import CATEGORIES, HOSTILE_CATEGORY

from app.data import plans, published
from app.export import sheets, workbook

SHEETS = [
    "Clusters", "Profiles", "Rules", "Stores", "What decided", "Need states", "Moves", "Merges",
    "Changes", "Overrides", "Constraints", "Left out", "About",
]  # fmt: skip


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    """A published database with every table and hostile names."""
    path = tmp_path_factory.mktemp("plan") / "plan.duckdb"
    write_plan(path)
    return published._version_on_disk(str(path))


@pytest.fixture(scope="module")
def tables(version):
    """What is published about the category with the hostile name."""
    return plans.tables(version, HOSTILE_CATEGORY)


@pytest.fixture(scope="module")
def made(version, tables):
    """Its workbook as bytes."""
    run, comments = plans.run(version), plans.comments(version)
    return workbook.planner_workbook(HOSTILE_CATEGORY, tables, run, comments)


@pytest.fixture(scope="module")
def read(made):
    """The workbook read back."""
    return openpyxl.load_workbook(BytesIO(made))


def as_read(name):
    """A name as the file has it: no XML holds a bell or U+FFFE, and Excel writes a return so."""
    return name.replace("\r", "_x000D_").replace("\x07", "\ufffd").replace("\ufffe", "\ufffd")


def frame(page):
    """A sheet as a frame."""
    header, *rows = page.iter_rows(values_only=True)
    return pd.DataFrame(rows, columns=header)


def test_every_published_table_has_its_sheet(read):
    assert read.sheetnames == SHEETS


def test_no_cell_is_a_formula_and_no_text_a_link(read, made):
    cells = [cell for page in read for row in page.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink]
    with ZipFile(BytesIO(made)) as parts:
        pages = [parts.read(name) for name in parts.namelist() if "sheet" in name]
    assert pages
    assert not any(b"<f>" in page or b"<hyperlink" in page for page in pages)


def test_hostile_names_stand_there_as_they_are(read):
    names = frame(read["Stores"]).set_index("Store")["Store name"]
    for number, name in HOSTILE.items():
        assert names[f"{number:03d}"] == as_read(name)


def test_ids_are_text_and_figures_are_numbers(read):
    page = read["Stores"]
    titles = [cell.value for cell in page[1]]
    types = {title: page.cell(2, n).data_type for n, title in enumerate(titles, start=1)}
    assert (types["Store"], types["Store name"], types["Label"]) == ("s", "s", "s")
    assert (types["Sales"], types["Cluster"], types["Confidence"]) == ("n", "n", "n")
    assert page.cell(2, titles.index("Confidence") + 1).number_format == "0.0%"


def test_stores_are_all_of_store_clusters_with_the_names_of_their_clusters(read, tables):
    found = frame(read["Stores"])
    expected = tables["store_clusters"]
    assert found["Store"].tolist() == expected["store_id"].tolist()
    assert found["Cluster"].tolist() == expected["final_cluster_id"].tolist()
    assert found["Sales"].sum() == pytest.approx(expected["sales_amount"].sum(), abs=0.005)
    assert len(found.columns) == len(expected.columns) - len(sheets.LEFT_AWAY) + 2
    named = tables["clusters"].set_index("final_cluster_id")["name"]
    assert found["Cluster name"].tolist() == found["Cluster"].map(named).tolist()
    assert found["Second cluster name"].tolist() == found["Second cluster"].map(named).tolist()


def test_need_states_add_up_to_the_sales_of_their_cluster(read):
    sold = frame(read["Need states"]).groupby("Cluster")["Sales"].sum()
    clusters = frame(read["Clusters"]).set_index("Cluster")["Sales"]
    assert sold.to_dict() == pytest.approx(clusters.to_dict(), abs=0.005)
    about = frame(read["About"]).set_index("What")["Says"]
    total = f"{clusters.sum():,.2f}"
    for sheet in ("Clusters", "Stores", "Need states"):
        assert about[f"Sales on the sheet {sheet}"] == total


def test_profiles_have_an_index_and_an_effect_of_every_cluster(read, tables):
    found = frame(read["Profiles"]).set_index(["Dataset", "Feature"])
    for row in tables["cluster_features"].itertuples():
        named = tables["clusters"].set_index("final_cluster_id")["name"][row.final_cluster_id]
        column = f"{row.final_cluster_id} · {named}"
        index = found.loc[(row.dataset, as_read(row.feature)), f"Index {column}"]
        effect = found.loc[(row.dataset, as_read(row.feature)), f"Effect {column}"]
        assert (pd.isna(index) and pd.isna(row.index_vs_chain)) or index == row.index_vs_chain
        assert effect == row.effect_size
    ranges = read["Profiles"].conditional_formatting
    assert len(ranges) == 2 * len(tables["clusters"])


def test_the_features_that_set_clusters_apart_come_first(read):
    found = frame(read["Profiles"])
    internal = found[found["Dataset"] == "internal"]
    strength = internal.filter(like="Effect ").abs().max(axis=1)
    assert strength.is_monotonic_decreasing
    assert strength.nunique() > 3


def test_clusters_have_their_typical_store_and_rules_in_one_cell(read):
    found = frame(read["Clusters"])
    assert found["Typical store"][0] == "002"
    assert found["Typical store name"][0] == HOSTILE[2]
    lines = found["Rules"][0].splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("<script>")
    assert lines[0].endswith("(right for 90.0 %, covers 50.0 %)")
    assert set(found["Few stores"]) == {"yes", "no"}


def test_headers_are_frozen_and_filtered(read):
    for page in read:
        assert page.freeze_panes == "A2"
        if page.title not in ("Merges", "Overrides", "Constraints"):
            assert page.auto_filter.ref == page.dimensions
        assert page["A1"].font.bold


def test_a_table_without_rows_says_what_that_means(read):
    assert read["Merges"]["A2"].value == "No cluster was dissolved."


def test_about_has_the_run_and_the_meaning_of_columns(read):
    about = frame(read["About"])
    assert about.set_index("What")["Says"]["Run"] == "5f0c2a9e-full"
    assert about.set_index("What")["Says"]["Category"] == HOSTILE_CATEGORY
    said = about[(about["Part"] == "Sheet Clusters") & (about["What"] == "Stores")]
    assert said["Says"].tolist() == ["Number of stores, counted."]
    assert not (about["Part"] == "Not here").any()


def test_tables_that_are_not_published_are_sentences(tables, version):
    known = {"clusters", "store_clusters", "stores", "stores_without_cluster"}
    few = {name: rows for name, rows in tables.items() if name in known}
    made = sheets.planner_sheets("Bakery", few, plans.run(version), {})
    assert [sheet.title for sheet in made] == ["Clusters", "Stores", "Left out", "About"]
    about = made[-1].columns
    assert (about[0].values == "Not here").sum() == len(sheets.SHEETS) - 3
    says = dict(zip(about[1].values, about[2].values, strict=True))
    assert says["Overrides"] == "This run did not publish marts.cluster_overrides."
    assert "Rules" not in [column.title for column in made[0].columns]


def test_a_table_with_more_rows_than_a_sheet_is_a_sentence(tables, version, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 37)
    made = sheets.planner_sheets("Bakery", tables, plans.run(version), {})
    assert "Stores" not in [sheet.title for sheet in made]
    assert "38 rows are too many: they are in store_clusters.csv." in set(
        made[-1].columns[2].values
    )


def test_the_settings_of_the_clustering_are_there_and_where_files_lie_is_not(tables, version):
    settings = {"merging": {"minimum_cluster_size": 7}, "sources": {"sales": {"files": "secret"}}}
    run = plans.run(version) | {"settings": json.dumps(settings)}
    about = sheets.planner_sheets("Bakery", tables, run, {})[-1].columns
    said = dict(zip(about[1].values, about[2].values, strict=True))
    assert said["merging.minimum_cluster_size"] == "7"
    assert not about[2].values.str.contains("secret").any()


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_same_tables_give_the_same_bytes_dated_by_the_run(version, category):
    tables, run = plans.tables(version, category), plans.run(version)
    first, again = (workbook.planner_workbook(category, tables, run, {}) for _ in range(2))
    assert first == again
    read = openpyxl.load_workbook(BytesIO(first))
    assert read.properties.created == run["started_at"].to_pydatetime()


def test_a_category_without_any_cluster_has_a_workbook(tmp_path):
    write_plan(tmp_path / "none.duckdb", clustered=0)
    version = published._version_on_disk(str(tmp_path / "none.duckdb"))
    tables = plans.tables(version, "Bakery")
    read = openpyxl.load_workbook(
        BytesIO(workbook.planner_workbook("Bakery", tables, plans.run(version), {}))
    )
    assert read["Clusters"]["A2"].value == "No cluster was found."
    assert len(frame(read["Left out"])) == 40


def test_text_that_is_longer_than_a_cell_is_cut():
    long = sheets.Column("Text", pd.Series(["x" * 40_000]), "", "text")
    run = {"run_id": "r", "started_at": pd.Timestamp("2026-11-23")}
    made = workbook.write([sheets.Sheet("A", [long], "")], "t", run)
    cell = openpyxl.load_workbook(BytesIO(made))["A"]["A2"].value
    assert len(cell) == workbook.LONGEST_TEXT
    assert cell.endswith("…")


def test_what_is_not_known_is_an_empty_cell_and_a_flag_is_a_word():
    values = {
        "flag": pd.Series([True, None], dtype=object),
        "id": pd.Series([3.0, None]),
        "far": pd.Series([float("inf"), 1.5]),
        "until": pd.Series([pd.Timestamp("2026-03-01 12:00"), pd.NaT]),
    }
    forms = {"flag": "text", "id": "whole", "far": "number", "until": "date"}
    columns = [sheets.Column(name, values[name], "", forms[name]) for name in values]
    run = {"run_id": "r", "started_at": pd.Timestamp("2026-11-23")}
    made = workbook.write([sheets.Sheet("A", columns, "")], "t", run)
    page = openpyxl.load_workbook(BytesIO(made))["A"]
    rows = list(page.iter_rows(min_row=2, values_only=True))
    assert rows == [("yes", 3, "inf", pd.Timestamp("2026-03-01 12:00")), (None, None, 1.5, None)]
