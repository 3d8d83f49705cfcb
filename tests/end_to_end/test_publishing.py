"""The published file changes in one step after a good build, and never otherwise."""

import hashlib
import json
import os
import re
import shutil
import signal
import time

import duckdb
import pytest
import yaml
from conftest import BUILD

pytestmark = pytest.mark.end_to_end


def digest(path) -> str:
    """The fingerprint of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_build_that_fails_a_test_publishes_nothing(small):
    before = digest(small.published())
    said = small.build("--vars", "{quality: {maximum_rejected_share: 0.0}}", check=False)
    assert "not_too_many_rows_refused" in said
    assert "Not published, failed" in said
    assert digest(small.published()) == before


def test_a_part_of_the_pipeline_publishes_nothing(small):
    before = digest(small.published())
    assert "Not published" in small.build("--select", "models/merging")
    assert digest(small.published()) == before


OTHER = {
    "sources": {
        "sales": {
            "files": "data/internal/sales*.csv",
            "columns": {
                "store_id": "store_id",
                "product_id": "product_id",
                "amount": "sales_amount",
            },
        }
    }
}


def test_a_chain_and_the_sample_are_not_built_over_each_other(small, tmp_path):
    before = digest(small.published())
    little = ("build", "--select", "stg_settings")
    other = ("--vars", yaml.safe_dump(OTHER))
    said = small.dbt(*little, *other, check=False)
    assert "Nothing was built: warehouse/prod.duckdb holds the sample chain" in said
    assert "WAREHOUSE_DIR" in said
    assert digest(small.published()) == before
    small.dbt(*little, *other, REPLACE_PUBLISHED="yes")
    (tmp_path / "work").mkdir()
    shutil.copy(small.published(), tmp_path)
    with duckdb.connect(str(tmp_path / "prod.duckdb")) as published:
        published.execute("update marts.runs set settings = ?", [json.dumps(OTHER)])
    said = small.dbt(*little, check=False, WAREHOUSE_DIR=str(tmp_path))
    assert "holds the chain whose sales are in data/internal/sales*.csv" in said
    assert "this run is of the sample chain" in said
    small.dbt(*little, *other, WAREHOUSE_DIR=str(tmp_path))


def test_a_run_that_knows_few_of_the_published_stores_is_not_published(small, tmp_path):
    (tmp_path / "work").mkdir()
    shutil.copy(small.published(), tmp_path)
    with duckdb.connect(str(tmp_path / "prod.duckdb")) as published:
        published.execute(
            "update marts.stores set store_id = 'x' || store_id where store_id > '003'"
        )
    before = digest(tmp_path / "prod.duckdb")
    said = small.build(check=False, WAREHOUSE_DIR=str(tmp_path))
    assert re.search(r"Not published: .*prod.duckdb knows \d+ stores, and this run only \d+", said)
    assert digest(tmp_path / "prod.duckdb") == before
    small.build(WAREHOUSE_DIR=str(tmp_path), REPLACE_PUBLISHED="yes")
    assert digest(tmp_path / "prod.duckdb") != before


@pytest.mark.parametrize("given", ["SETTING=my.yml", "WAREHOUSE=elsewhere", "env=dev"])
def test_a_variable_that_make_does_not_know_stops(small, given):
    said = small.run("make", "run", given, check=False)
    assert f"Nothing was run: there is no variable {given.split('=')[0]}" in said
    assert "SETTINGS" in said


@pytest.mark.long
@pytest.mark.parametrize("share", [0.05, 0.2, 0.4, 0.6, 0.8, 0.95])
def test_a_killed_build_publishes_nothing(small, share):
    """Killed after a share of the time that the build before took."""
    took = small.table("runs")["seconds"].iloc[-1]
    before = digest(small.published())
    build = small.start_dbt(*BUILD)
    time.sleep(share * float(took))
    os.killpg(build.pid, signal.SIGKILL)
    assert build.wait() == -9, "the build had ended"
    assert digest(small.published()) == before
    assert small.table("store_clusters").shape[0] > 0


def test_a_build_killed_while_it_copies_publishes_nothing(small):
    before = digest(small.published())
    next_file = small.path / "warehouse/prod.duckdb.next"
    next_file.unlink(missing_ok=True)
    build = small.start_dbt(*BUILD)
    end = time.monotonic() + 300
    while not next_file.exists() and time.monotonic() < end:
        time.sleep(0.002)
    os.killpg(build.pid, signal.SIGKILL)
    assert build.wait() == -9
    assert next_file.exists(), "the build was not killed while it copied"
    assert digest(small.published()) == before


def test_the_next_build_after_a_kill_publishes(small):
    before = digest(small.published())
    small.build()
    assert digest(small.published()) != before
    assert not (small.path / "warehouse/prod.duckdb.next").exists()


def test_a_reader_keeps_its_version_while_a_new_one_is_published(small):
    with duckdb.connect(str(small.published()), read_only=True) as reader:
        query = "select any_value(run_id) from marts.store_clusters"
        before = reader.execute(query).fetchall()
        small.build()
        assert reader.execute(query).fetchall() == before
    after = small.query("select any_value(run_id) as run_id from marts.store_clusters")
    assert after["run_id"][0] != before[0][0]
