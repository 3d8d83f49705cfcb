"""What `make export` writes of the sample chain."""

from io import BytesIO

import openpyxl
import pandas as pd
import pytest

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def exported(chain):
    """The folder of the export, and what the command said."""
    said = chain.run("make", "export")
    [folder] = (chain.path / "exports").iterdir()
    return folder, said


def test_it_says_what_to_open_and_is_named_after_the_run(chain, exported):
    folder, said = exported
    run = chain.table("runs").iloc[0]
    assert folder.name == f"{run['started_at']:%Y-%m-%d}-{run['run_id'][:8]}"
    assert (
        said.strip() == f"Exported to exports/{folder.name}: open exports/{folder.name}/index.html"
    )


def test_every_cluster_has_its_page(chain, exported):
    folder, _ = exported
    clusters = chain.table("clusters")
    assert len(list(folder.glob("profiles/*/*.html"))) == len(clusters)
    listed = (folder / "index.html").read_text()
    assert listed.count("/cluster-") == len(clusters)


def test_the_workbooks_add_up_to_the_sales_of_each_category(chain, exported):
    folder, _ = exported
    clusters = chain.table("clusters")
    books = list(folder.glob("workbooks/*.xlsx"))
    assert len(books) == clusters["category"].nunique()
    stores = chain.table("store_clusters")
    for path in books:
        book = openpyxl.load_workbook(BytesIO(path.read_bytes()), read_only=True)
        sheets = {
            name: pd.DataFrame(list(rows), columns=header)
            for name in book.sheetnames
            for header, *rows in [list(book[name].iter_rows(values_only=True))]
        }
        category = sheets["About"].set_index("What")["Says"]["Category"]
        expected = clusters[clusters["category"] == category].set_index("final_cluster_id")
        sales = expected["sales_amount"].astype(float).to_dict()
        for sheet in ("Clusters", "Stores", "Need states"):
            found = sheets[sheet].groupby("Cluster")["Sales"].sum().to_dict()
            assert found == pytest.approx(sales, abs=0.005)
        assert set(sheets["Stores"]["Store"]) == set(
            stores.loc[stores["category"] == category, "store_id"]
        )
        # every column of a table of the contract is explained
        about = sheets["About"]
        told = about[about["Part"].str.startswith("Sheet ")]
        assert told["Says"].str.len().gt(5).all()


def test_every_published_table_is_there_twice(chain, exported):
    folder, _ = exported
    tables = chain.query("select table_name from duckdb_tables()")["table_name"]
    for name in tables:
        rows = chain.query(f"select count(*) as n from marts.{name}")["n"][0]
        assert len(pd.read_parquet(folder / f"tables/{name}.parquet")) == rows
        assert (folder / f"tables/{name}.csv").exists()


def test_out_and_environment_are_obeyed(chain, tmp_path):
    chain.run("make", "export", f"OUT={tmp_path / 'a place'}")
    assert len(list((tmp_path / "a place").iterdir())) == 1
    said = chain.run("make", "export", "ENV=dev", f"OUT={tmp_path / 'dev'}", check=False)
    assert "No published clusters yet. Run `make run`." in said
    assert not (tmp_path / "dev").exists()
