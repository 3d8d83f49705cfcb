"""`streamlit run app` starts from the root of the repository, for this machine only."""

import os
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path

import pytest

from app import server

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def started(published_file):
    """The dashboard in a process of its own; its port and what it writes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    streamlit = Path(sys.executable).with_name("streamlit")
    command = [streamlit, "run", "app", "--server.port", str(port)]
    log = published_file.parent / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=dict(os.environ)
        )
        yield port, log
        process.terminate()
        process.wait(10)


def test_dashboard_answers_on_this_machine_only(started):
    port, log = started
    for _ in range(150):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as answer:
                assert answer.read() == b"ok"
                assert server.HEADERS.items() <= dict(answer.headers).items()
            break
        except OSError:
            time.sleep(0.1)
    else:
        pytest.fail(log.read_text())
    assert f"127.0.0.1:{port}" in log.read_text()
    assert "not a valid config option" not in log.read_text()


def test_page_finds_the_code_from_any_directory(published_file):
    entry = str(ROOT / "app" / "main.py")
    script = (
        "from streamlit.testing.v1 import AppTest\n"
        f"page = AppTest.from_file({entry!r}, default_timeout=30).run()\n"
        "assert not page.exception, page.exception\n"
        "print(page.metric[0].value)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=published_file.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "38\n", done.stderr


def test_settings_keep_data_and_errors_inside():
    settings = tomllib.loads((ROOT / "app" / ".streamlit" / "config.toml").read_text())
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["client"]["showErrorDetails"] in {"type", "none"}
    assert settings["client"]["disableDataExport"] is True
    assert "://" not in str(settings)
