"""Measure the clustering: the search for the number of clusters, its answers and its limit.

``python -m benchmarks.clustering`` runs all cases and adds what it measured to ``results.json`` in
the working folder (``--dir`` or BENCH_DIR). ``python -m benchmarks.report`` writes it to the
documents. Everything computes with one thread; every timed run is a process of its own.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.clustering_cases import (
    EXACT,
    LIMIT_SIZE,
    OURS,
    PYCARET,
    SEARCHES,
    contender_key,
    scaled,
)
from benchmarks.clustering_report import CASES, table
from benchmarks.data import ROOT
from benchmarks.preprocessing import machine, versions
from benchmarks.processes import default_folder, measure
from benchmarks.pycaret_environment import interpreter

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT"), "1"
)


class Bench:
    """The working folder, and how much is run."""

    def __init__(self, folder: Path, *, repeats: int, share: float) -> None:
        """Take the folder, the runs of each timed search and the share of the full sizes."""
        self.folder = folder
        self.repeats = repeats
        self.share = share
        self.environment = os.environ | ONE_THREAD

    def case(self, name: str) -> dict:
        """Run a case and return what was measured."""
        print(name, file=sys.stderr, flush=True)
        load = os.getloadavg()[0]
        measured = self.runners()[name]()
        return {
            "measured": {
                "on": datetime.date.today().isoformat(),
                # what is not timed gives the same on every run
                "repeats": self.repeats if name == "count-search" else 1,
                "wanted_repeats": 3 if name == "count-search" else 1,
                "share_of_rows": self.share,
                "threads": 1,
                "load_before": round(load, 2),
                "machine": machine(),
                "versions": versions(),
            },
            **measured,
        }

    def runners(self) -> dict[str, Callable[[], dict]]:
        """What runs each case."""
        return {
            "count-search": self.count_search,
            "exact-count": self.exact_count,
            "recovery": self.recovery,
            "limit": self.limit,
        }

    def count_search(self) -> dict:
        """Time every contender on every size, in turns."""
        python, note = interpreter(self.folder / "pycaret")
        rows = []
        for size, contenders in SEARCHES.items():
            stores, components = scaled(size, self.share)
            file = self.generated(stores, components)
            of_size = [
                {"contender": each, "stores": stores, "components": components, "runs": []}
                for each in contenders
            ]
            for turn in range(self.repeats):
                print(f" {stores:,} x {components}, turn {turn + 1}", file=sys.stderr, flush=True)
                for row in of_size:
                    if row["contender"] != PYCARET:
                        command = self.search(contender_key(row["contender"]), file)
                    elif python is None:
                        row["note"] = f"not installed: {note}"
                        continue
                    else:
                        script = ROOT / "benchmarks" / "in_pycaret.py"
                        command = [str(python), str(script), str(file), "2", "15"]
                    row["runs"].append(self.run(row["contender"], command))
            rows += of_size
            file.unlink()
        return {"rows": rows}

    def exact_count(self) -> dict:
        """Let the search choose with its samples and without any."""
        rows = []
        for size, apart in EXACT:
            stores, components = scaled(size, self.share)
            file = self.generated(stores, components, apart=apart)
            row = {"stores": stores, "components": components, "apart": apart}
            for key in ("ours", "exact"):
                print(f" {stores:,} x {components}, {apart:g}", file=sys.stderr, flush=True)
                row[key] = self.run(key, self.search(key, file))
            rows.append(row)
            file.unlink()
        return {"rows": rows}

    def recovery(self) -> dict:
        """Judge the rules on known groups."""
        out = self.folder / "recovery.json"
        command = ["benchmarks.recovery", "--folder", str(self.folder / "sets")]
        self.call([*command, "--share", str(self.share), "--out", str(out)], capture=False)
        return json.loads(out.read_text())

    def limit(self) -> dict:
        """Measure the arithmetic of the fit against the matrix product."""
        file = self.generated(*scaled(LIMIT_SIZE, self.share))
        rates = json.loads(self.call(["benchmarks.limit", str(file)]).splitlines()[-1])
        file.unlink()
        return {"rows": [{"what": what, "per_second": rate} for what, rate in rates.items()]}

    def search(self, key: str, file: Path) -> list[str]:
        """The command of one timed search."""
        return [sys.executable, "-m", "benchmarks.count_search", key, str(file)]

    def generated(self, stores: int, components: int, apart: float | None = None) -> Path:
        """Write generated rows, in a process of its own."""
        file = self.folder / f"rows_{stores}_{components}.npy"
        command = ["benchmarks.groups", "--stores", str(stores), "--components", str(components)]
        command += [] if apart is None else ["--apart", str(apart)]
        self.call([*command, "--out", str(file)])
        return file

    def call(self, arguments: list[str], *, capture: bool = True) -> str:
        """Run a module of the benchmarks, and fail if it does."""
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE if capture else None,
            text=True,
            check=True,
        )
        return done.stdout or ""

    def run(self, name: str, command: list[str]) -> dict:
        """Time one search; what it printed last is what it found."""
        log = self.folder / "work" / "search.txt"
        measured = measure(command, self.environment, log=log, cwd=ROOT)
        if measured["outcome"] == "finished":
            measured |= json.loads(log.read_text().splitlines()[-1])
        elif measured["outcome"] == "failed":
            print(log.read_text()[-2000:], file=sys.stderr)
        took = measured.get("search_seconds", float("nan"))
        print(f"  {name}: {took:.2f} s, {measured['outcome']}", file=sys.stderr, flush=True)
        return measured


def parser() -> argparse.ArgumentParser:
    """Describe the command."""
    options = argparse.ArgumentParser(
        prog="python -m benchmarks.clustering",
        description="Measure the clustering: speed, truth and the distance to the limit.",
    )
    options.add_argument("--cases", default=",".join(CASES), help=f"some of {', '.join(CASES)}")
    options.add_argument("--repeats", type=int, default=3, help="runs of each timed search (3)")
    options.add_argument("--rows", type=float, default=1, help="share of the full sizes (1)")
    options.add_argument("--dir", type=Path, default=default_folder(), help="working folder")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases asked for; the exit code is 1 if a search of ours did not finish."""
    options = parser()
    args = options.parse_args(arguments)
    asked = args.cases.split(",")
    unknown = [name for name in asked if name not in CASES]
    if unknown:
        options.error(f"there is no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    if args.repeats < 1 or not 0 < args.rows <= 1:
        options.error("--repeats has to be above zero, --rows above zero and at most 1")
    bench = Bench(args.dir.resolve(), repeats=args.repeats, share=args.rows)
    (bench.folder / "work").mkdir(parents=True, exist_ok=True)
    file = bench.folder / "results.json"
    results = json.loads(file.read_text()) if file.exists() else {}
    for name in asked:
        results[name] = bench.case(name)
        file.write_text(json.dumps(results, indent=1) + "\n")
        print(f"\n{table(name, results[name])}\n", flush=True)
    print(f"Written to {file}; `python -m benchmarks.report` puts it into the documents.")
    return 1 if any(_failed(results[name]) for name in asked) else 0


def _failed(case: dict) -> bool:
    """Whether a run of ours did not finish."""
    runs = [
        run
        for row in case["rows"]
        for run in (row.get("runs", []) if row.get("contender", "").startswith(OURS) else [])
    ]
    runs += [row[key] for row in case["rows"] for key in ("ours", "exact") if key in row]
    return any(run["outcome"] != "finished" for run in runs)


if __name__ == "__main__":
    sys.exit(main())
