"""The published file changes in one step after a good build, and never otherwise."""

import hashlib
import os
import re
import signal
import subprocess
import time

import pytest
from conftest import BUILD

pytestmark = pytest.mark.end_to_end


def digest(path) -> str:
    """The fingerprint of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def start_build(chain) -> subprocess.Popen:
    """Start a build in a process group of its own, so that all of it can be killed."""
    return subprocess.Popen(
        BUILD,
        cwd=chain.path,
        env=chain.active(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


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


# dbt starts in about 4 seconds; the build takes some 20, the copy is at its end
@pytest.mark.parametrize("seconds", [3, 6, 9, 12, 15, 18])
def test_a_killed_build_publishes_nothing(small, seconds):
    before = digest(small.published())
    build = start_build(small)
    time.sleep(seconds)
    finished = build.poll() is not None
    if not finished:
        os.killpg(build.pid, signal.SIGKILL)
    build.wait()
    if not finished:
        assert digest(small.published()) == before
    assert small.table("store_clusters").shape[0] > 0


def test_a_build_killed_while_it_copies_publishes_nothing(small):
    before = digest(small.published())
    next_file = small.path / "warehouse/prod.duckdb.next"
    next_file.unlink(missing_ok=True)
    build = start_build(small)
    end = time.monotonic() + 300
    while not next_file.exists() and build.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    os.killpg(build.pid, signal.SIGKILL)
    build.wait()
    assert next_file.exists(), "the build was not killed while it copied"
    assert digest(small.published()) == before


def test_the_next_build_after_a_kill_publishes(small):
    before = digest(small.published())
    # all that dbt finds to do, the unit tests too
    said = small.run("dbt", "build", "--target", "prod")
    assert re.search(r"[1-9]\d* unit tests", said)
    assert digest(small.published()) != before
    assert not (small.path / "warehouse/prod.duckdb.next").exists()


def test_a_reader_keeps_its_version_while_a_new_one_is_published(small):
    import duckdb

    with duckdb.connect(str(small.published()), read_only=True) as reader:
        query = "select any_value(run_id) from marts.store_clusters"
        before = reader.execute(query).fetchall()
        small.build()
        assert reader.execute(query).fetchall() == before
    after = small.query("select any_value(run_id) as run_id from marts.store_clusters")
    assert after["run_id"][0] != before[0][0]
