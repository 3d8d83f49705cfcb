"""A published file is not replaced by that of another chain, unless someone says so."""

import copy
import shutil

import duckdb
import pytest
import yaml
from conftest import ROOT, SPARE

pytestmark = pytest.mark.end_to_end

# The sample's data under a file name of one's own: another chain, as far as the settings tell.
OWN = copy.deepcopy(
    yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["defaults"]["sources"]
)
OWN["sales"]["files"] = "data/internal/own_january.csv"
# Another retailer: none of the stores is the same.
OTHER = copy.deepcopy(OWN)
OTHER["sales"]["columns"]["store_id"] = {"sql": "'other ' || store_id"}
OTHER["stores"]["columns"]["store_id"] = {"sql": "'other ' || store_id"}
OTHER["feeds"]["footfall"]["key"] = {"sql": "'other ' || store_id"}
LITTLE = ("--select", "stg_settings")


def given(sources, **sections):
    """The settings of a chain, as they are given to dbt."""
    return ("--vars", yaml.safe_dump({"sources": sources} | SPARE | sections))


@pytest.fixture(scope="module")
def warehouse(small, tmp_path_factory):
    """A warehouse in which the sample chain is published."""
    path = tmp_path_factory.mktemp("warehouse")
    shutil.copy(small.published(), path)
    sales = small.path / "data/internal/sales.csv"
    for month in ("january", "february"):
        shutil.copy(sales, sales.with_name(f"own_{month}.csv"))
    return path


@pytest.fixture(scope="module")
def own(small, warehouse):
    """The warehouse after a chain was published there in the place of the sample, on purpose."""
    said = small.build(*given(OWN), WAREHOUSE_DIR=str(warehouse), REPLACE_PUBLISHED="yes")
    assert f"Published {warehouse}/prod.duckdb" in said
    return warehouse


def content(warehouse):
    """The bytes that people read."""
    return (warehouse / "prod.duckdb").read_bytes()


def tables(warehouse):
    """What a build has made in the working file."""
    with duckdb.connect(str(warehouse / "work/prod.duckdb"), read_only=True) as connection:
        return connection.sql("select table_name from duckdb_tables()").df()["table_name"].tolist()


def test_a_chain_is_not_built_over_the_sample(small, warehouse):
    before = content(warehouse)
    said = small.build(*given(OWN), check=False, WAREHOUSE_DIR=str(warehouse))
    assert f"Nothing was built: {warehouse}/prod.duckdb holds the sample chain" in said
    assert "this run is of the chain whose sales are in data/internal/own_january.csv" in said
    assert "WAREHOUSE_DIR" in said
    assert "REPLACE_PUBLISHED=yes" in said
    assert "Traceback" not in said
    assert content(warehouse) == before
    assert set(tables(warehouse)) <= {"runs", "run_steps"}


@pytest.mark.parametrize("command", [("make", "run"), ("dbt", "build", "--target", "prod")])
def test_the_sample_is_never_built_over_a_chain(small, own, command):
    before = content(own)
    said = small.run(*command, check=False, WAREHOUSE_DIR=str(own))
    assert "holds the chain whose sales are in data/internal/own_january.csv" in said
    assert "this run is of the sample chain" in said
    assert "make run SETTINGS=my_chain.yml" in said
    assert content(own) == before


def test_the_same_chain_goes_on_with_other_files_and_settings(small, own):
    sources = OWN | {"sales": OWN["sales"] | {"files": "data/internal/own_february.csv"}}
    other = {"quality": {"maximum_rejected_share": 0.9}, "merging": {"minimum_cluster_size": 3}}
    small.build(*LITTLE, *given(sources, **other), WAREHOUSE_DIR=str(own))


def test_a_chain_of_other_stores_is_built_and_not_published(small, own):
    before = content(own)
    said = small.build(*given(OTHER), check=False, WAREHOUSE_DIR=str(own))
    assert f"Not published: {own}/prod.duckdb knows" in said
    assert "and this run only 0 of them" in said
    assert "REPLACE_PUBLISHED=yes" in said
    assert content(own) == before
    assert not (own / "prod.duckdb.next").exists()
    # what was built stands in the working file, and may be published on purpose
    check = ("run-operation", "refuse_other_stores", "--target", "prod", *given(OTHER), "--args")
    published = f"{{published: {own}/prod.duckdb}}"
    small.dbt(*check, published, check=False, WAREHOUSE_DIR=str(own))
    small.dbt(*check, published, WAREHOUSE_DIR=str(own), REPLACE_PUBLISHED="yes")
    assert content(own) == before
