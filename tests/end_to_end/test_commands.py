"""The commands that people type, as they type them, with no variable set."""

import re
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

pytestmark = pytest.mark.end_to_end


def free_port() -> str:
    """A port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def first_answer(url: str, process: subprocess.Popen, seconds: float = 60) -> str:
    """What a server that is starting answers first."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, process.communicate()[0]
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    raise AssertionError(f"{url} did not answer")


def serve(chain, *command: str) -> subprocess.Popen:
    """Start a command that serves until it is ended."""
    return subprocess.Popen(
        command,
        cwd=chain.path,
        env=chain.active(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_dbt_docs_generate_and_serve(chain):
    chain.run("dbt", "docs", "generate")
    catalog = (chain.path / "target/catalog.json").read_text()
    assert "store_clusters" in catalog
    port = free_port()
    server = serve(chain, "dbt", "docs", "serve", "--port", port, "--no-browser")
    try:
        assert "dbt" in first_answer(f"http://127.0.0.1:{port}/index.html", server)
    finally:
        server.terminate()
        server.wait(20)


def test_dbt_build_of_everything_publishes(small):
    """All that dbt finds to do, the unit tests too."""
    before = small.published().stat().st_ino
    said = small.run("dbt", "build", "--target", "prod")
    assert re.search(r"[1-9]\d* unit tests", said)
    assert "Published warehouse/prod.duckdb" in said
    assert small.published().stat().st_ino != before


def test_streamlit_run_app(chain):
    port = free_port()
    server = serve(chain, "streamlit", "run", "app", "--server.port", port)
    try:
        assert first_answer(f"http://127.0.0.1:{port}/_stcore/health", server) == "ok"
    finally:
        server.terminate()
        server.wait(20)


def test_what_dbt_has_parsed_is_kept_for_each_environment_and_settings_file(small):
    """The second run of a chain does not parse the project again, whatever ran in between."""
    command = ("make", "run-external-ml")
    (small.path / "mine.yml").write_text("merging: {minimum_cluster_size: 3}")
    for more in ([], ["SETTINGS=mine.yml"], []):
        said = small.run(*command, *more)
    assert "Unable to do partial parsing" not in said
    assert {"prod", "prod-mine"} <= {path.name for path in (small.path / "target").iterdir()}


def test_make_lists_its_verbs_and_versions(small):
    said = small.run("make")
    for verb in ("setup", "run", "test", "dashboard", "docs", "format", "lint", "version"):
        assert f"make {verb} " in said
    assert "store-clusters" in small.run("make", "version")
