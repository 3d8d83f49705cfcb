"""Run a command as a process of its own and measure it.

This module and those that import it load nothing heavy: Linux counts what a process inherits
when it starts into its peak, so that a large parent would spoil the figure.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# A run is stopped when less than this share of the memory of the machine is left for all others.
SPARED_SHARE = 0.15


def default_folder() -> Path:
    """BENCH_DIR, or a folder below the system's temporary one."""
    named = os.environ.get("BENCH_DIR")
    return Path(named) if named else Path(tempfile.gettempdir(), "store-clusters-bench")


def machine_memory() -> int:
    """The memory of the machine in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def measure(command: Sequence[str], environment: Mapping[str, str], log: Path, cwd: Path) -> dict:
    """Run a command to its end.

    Parameters
    ----------
    command : sequence of str
        What to run.
    environment : mapping
        All variables it sees.
    log : Path
        Where its output goes.
    cwd : Path
        Where it runs.

    Returns
    -------
    dict
        ``seconds`` (wall clock), ``cpu_seconds`` (of all threads), ``peak_bytes`` (largest
        resident set of the process or one of its children), ``outcome``: ``finished``,
        ``failed`` or ``stopped for memory``.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment, cwd=cwd, stdout=output, stderr=subprocess.STDOUT
        )
        ended, too_large = threading.Event(), threading.Event()
        watch = threading.Thread(target=_stop_when_too_large, args=(process, ended, too_large))
        watch.start()
        # wait4 and not wait: it tells what this one process used
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
        watch.join()
    outcome = "failed" if process.returncode else "finished"
    return {
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        # in kilobytes on Linux, in bytes on macOS
        "peak_bytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "outcome": "stopped for memory" if too_large.is_set() else outcome,
    }


def _stop_when_too_large(
    process: subprocess.Popen, ended: threading.Event, too_large: threading.Event
) -> None:
    """Kill a process before it takes the memory of everybody else; where /proc tells, on Linux."""
    information = Path("/proc/meminfo")
    while information.exists() and not ended.wait(0.2):
        fields = dict(line.split(":") for line in information.read_text().splitlines())
        left = int(fields["MemAvailable"].split()[0]) * 1024
        if left < SPARED_SHARE * machine_memory():
            too_large.set()
            process.kill()
            return


def read_once(file: Path) -> None:
    """Read a file, so that every run finds it in the memory of the operating system."""
    with file.open("rb") as stream:
        while stream.read(1 << 24):
            pass
