"""The published file changes in one step after a good build, and never otherwise."""

import hashlib
import os
import signal
import time

import duckdb
import pytest
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
