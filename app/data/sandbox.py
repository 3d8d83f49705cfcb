"""Work in a process of its own, with limits of memory, time and size.

Catching errors is not enough: a workbook of five kilobytes can make its reader ask for 500
gigabytes and be aborted, and with it the whole dashboard; a query can go on for half a
minute after it was interrupted.
"""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from os import killpg
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, NamedTuple

import pyarrow as pa

ROOT = Path(__file__).resolve().parents[2]
MOST_AT_ONCE = 2
"""Processes at the same time, over all visitors."""

JOBS = {"file": "app.data.child_file", "query": "app.data.child_query"}
"""What a process can do: the module whose `work` is called with the request."""

SENTENCE, MEMORY = 3, 4
"""Exit codes: the last words are a sentence for people; there was not enough memory."""

_places = BoundedSemaphore(MOST_AT_ONCE)


class Limits(NamedTuple):
    """What a process may use."""

    memory: int
    """Bytes of addresses."""
    seconds: int
    """Of computing, and of waiting."""
    result: int
    """Bytes that it may write."""


class Problem(Exception):  # noqa: N818 (it is told to people)
    """Why there is no result, as one sentence for people."""


class TooMuchError(Exception):
    """The work needed more than its limits; `what` is `memory`, `time` or `size`."""

    def __init__(self, what: str) -> None:
        """Say which limit was hit."""
        super().__init__(what)
        self.what = what


def run(job: str, request: Mapping[str, Any], limits: Limits) -> pa.Table:
    """Return the table that a job makes of a request.

    Parameters
    ----------
    job
        One of `JOBS`.

    Raises
    ------
    Problem
        The job says in a sentence why it made none.
    TooMuchError
        It was ended by a limit.
    """
    if not _places.acquire(timeout=limits.seconds):
        raise Problem("Others are reading files or asking queries just now: try again in a minute.")
    try:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "result.arrow"
            asked = {"job": job, "request": request, "limits": limits._asdict(), "out": str(out)}
            _check(*_wait(json.dumps(asked), folder, limits.seconds))
            return pa.ipc.open_file(pa.py_buffer(out.read_bytes())).read_all()
    finally:
        _places.release()


def _wait(request: str, folder: str, seconds: int) -> tuple[int, str]:
    """Run the process to its end; return its exit code and its last words."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": folder,
        "TMPDIR": folder,
        "LANG": "C.UTF-8",
        "POLARS_MAX_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "RUST_BACKTRACE": "0",
    }
    words = Path(folder) / "words"
    with words.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.data.child"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        try:
            process.communicate(request.encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            raise TooMuchError("time") from None
        finally:
            with suppress(ProcessLookupError):
                killpg(process.pid, signal.SIGKILL)
            process.wait()
    return process.returncode, words.read_bytes()[-20_000:].decode(errors="replace").strip()


def _check(code: int, words: str) -> None:
    """Raise what an exit code and the last words of a process mean."""
    if code == 0:
        return
    last = words.splitlines()[-1] if words else ""
    if code == SENTENCE:
        raise Problem(last)
    if code in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise TooMuchError("time")
    if "File too large" in words or code == -signal.SIGXFSZ:
        raise TooMuchError("size")
    # an abort, as of a reader written in Rust or C++, is nearly always a failed allocation
    if code in {MEMORY, -signal.SIGABRT, -signal.SIGSEGV} or "MemoryError" in words:
        raise TooMuchError("memory")
    raise RuntimeError(f"The process ended with {code}: {last}")
