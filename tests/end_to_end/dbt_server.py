"""A process that has dbt imported and the project parsed, and forks for each command.

Starting dbt, parsing the project and importing scikit-learn take longer than most of what a test
asks of them. Settings change no reference between models, but for external.per_category, so one
manifest serves every chain without it. What runs is dbt itself, in a process, a folder and an
environment of its own.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple


class Running(NamedTuple):
    """A command that was started: its process group, its answer to come and what it prints."""

    pid: int
    connection: socket.socket
    output: Path

    def wait(self) -> int:
        """Wait until the process is gone and give back its exit code, -9 if it was killed."""
        with self.connection, self.connection.makefile() as answer:
            return int(answer.readline())


class DbtServer:
    """The parsed project of this checkout, ready for commands."""

    def __init__(self, project: Path, folder: Path, environment: Mapping[str, str]) -> None:
        """Start the process; it parses while the first command waits."""
        folder.mkdir(parents=True)
        self._address = str(folder / "commands")
        self._log = folder / "server.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(project), str(folder)],
                env={**environment, "PYTHONPATH": str(project)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def start(
        self, arguments: list[str], folder: Path, environment: Mapping[str, str], output: Path
    ) -> Running:
        """Start a dbt command in a folder, as a process group of its own."""
        connection = self._connect()
        asked = {"arguments": arguments, "folder": str(folder), "output": str(output)}
        connection.sendall(json.dumps(asked | {"environment": dict(environment)}).encode() + b"\n")
        # byte by byte: the exit code is read by who waits for it
        pid = b""
        while not pid.endswith(b"\n"):
            pid += connection.recv(1)
        return Running(int(pid), connection, output)

    def stop(self) -> None:
        """End the process; commands that still run go on."""
        self._process.terminate()
        self._process.wait(20)

    def _connect(self) -> socket.socket:
        while not Path(self._address).exists():
            assert self._process.poll() is None, self._log.read_text()
            time.sleep(0.05)
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self._address)
        return connection


class _Command(socketserver.StreamRequestHandler):
    """One dbt command: it answers with its process id, and with its exit code when it is gone."""

    def handle(self) -> None:
        asked = json.loads(self.rfile.readline())
        pid = os.fork()
        if not pid:
            os.setsid()
            output = os.open(asked["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            for stream in (1, 2):
                os.dup2(output, stream)
            os.chdir(asked["folder"])
            os.environ.clear()
            os.environ.update(asked["environment"])
            code = _run_dbt(self.server.manifest, asked["arguments"])
            sys.stdout.flush()
            os._exit(code)
        self.wfile.write(f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        self.wfile.write(f"{os.waitstatus_to_exitcode(status)}\n".encode())


class _Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    max_children = 8
    manifest = None


def _run_dbt(manifest, arguments: list[str]) -> int:
    """Run dbt and give back the exit code of its command line.

    In another environment tables have other names, and with external.per_category a model reads
    another: there dbt starts anew and parses the project.
    """
    from dbt.cli.main import dbtRunner

    # of several the last one counts
    targets = [after for before, after in pairwise(arguments) if before == "--target"]
    if (targets and targets[-1] != "prod") or any("per_category" in text for text in arguments):
        return subprocess.run(["dbt", *arguments], check=False).returncode
    done = dbtRunner(manifest).invoke(arguments)
    if done.exception is None:
        return 0 if done.success else 1
    traceback.print_exception(done.exception, limit=0)
    return 2


def _serve(project: Path, folder: Path) -> None:
    """Parse the project with the settings of its sample chain, then wait for commands."""
    from dbt.cli.main import dbtRunner

    from python_ml.dbt_plugin import import_for_models

    os.chdir(project)
    paths = ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    done = dbtRunner().invoke(["--quiet", "parse", "--target", "prod", *paths])
    if done.exception is not None:
        raise done.exception
    _Server.manifest = done.result
    import_for_models(project)
    made = folder / "commands.made"
    with _Server(str(made), _Command) as server:
        made.rename(folder / "commands")
        server.serve_forever()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), Path(sys.argv[2]))
