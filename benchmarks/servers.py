"""A Streamlit server as a process of its own, and what it uses."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data import ROOT

START_SECONDS = 120


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    address: str
    pid: int

    def cpu_seconds(self) -> float | None:
        """Seconds of the processor so far; None where the system does not say."""
        try:
            said = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return None
        ticks = said.rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def peak_bytes(self) -> int | None:
        """The largest resident memory so far; None where the system does not say."""
        try:
            said = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return None
        [line] = [line for line in said.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024


@contextmanager
def streamlit(what: str, log: Path, environment: Mapping[str, str] | None = None) -> Iterator:
    """Run a script or a folder on a free port of this machine, to be ended afterwards.

    Parameters
    ----------
    what
        What `streamlit run` is given, from the root of the repository.
    log
        Where its output goes.
    environment
        Variables besides those of this process.

    Yields
    ------
    Server
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("streamlit")), "run", what]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    command += ["--server.headless", "true", "--server.fileWatcherType", "none"]
    command += ["--browser.gatherUsageStats", "false"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | (environment or {}),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            server = Server(f"http://127.0.0.1:{port}", process.pid)
            _wait(server, process, log)
            yield server
        finally:
            process.terminate()
            process.wait(30)


def _wait(server: Server, process: subprocess.Popen, log: Path) -> None:
    """Wait until the server answers."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.address}/_stcore/health"):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")
