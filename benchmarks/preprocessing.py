"""Measure the internal preprocessing: raw sales files to the scaled feature matrix.

``python -m benchmarks.preprocessing`` runs all cases, each in turns (baseline, ours, baseline,
ours ...), every run a process of its own, and adds what it measured to ``results.json`` in the
working folder (``--dir`` or BENCH_DIR). ``python -m benchmarks.report`` writes it to the
documents.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from benchmarks.cases import FLOOR, PANDAS, POLARS, START_UP, Case, Contender, cases
from benchmarks.data import ROOT, Data, make, sales_file, sized
from benchmarks.processes import default_folder, machine_memory, measure, read_once
from benchmarks.report import table

SELECTION = "+feat_internal_scaled"
VERIFIED_ROWS = 3_000_000
MODULES = {
    FLOOR: "benchmarks.floor",
    POLARS: "benchmarks.in_polars",
    PANDAS: "benchmarks.in_pandas",
}
# What a user may have set for the project; a benchmark sets them itself or leaves them out.
PROJECT_VARIABLES = (
    "ENV", "DATA_DIR", "INTERNAL_DATA_DIR", "EXTERNAL_DATA_DIR", "WAREHOUSE_DIR",
    "DUCKDB_MEMORY_LIMIT", "DUCKDB_THREADS", "DBT_TARGET_PATH", "DBT_LOG_PATH",
)  # fmt: skip
PACKAGES = (
    "dbt-core", "dbt-duckdb", "duckdb", "numpy", "pandas", "polars", "pyarrow", "scikit-learn",
)  # fmt: skip


class Bench:
    """The working folder and what every run gets."""

    def __init__(self, folder: Path, *, threads: int, memory: str) -> None:
        """Take the folder, the threads of every contender and the memory limit of DuckDB."""
        self.folder = folder
        self.threads = threads
        self.memory = memory

    def data_folder(self, data: Data) -> Path:
        """Where a data set is kept."""
        return self.folder / "data" / data.name

    def work_folder(self, contender: Contender) -> Path:
        """Where a contender leaves its results."""
        name = "".join(letter if letter.isalnum() else "_" for letter in contender.name)
        return (
            self.folder / "work" / f"{name}_{contender.memory or self.memory}" / contender.data.name
        )

    def matrix(self, contender: Contender) -> Path:
        """The matrix that a contender made."""
        if contender.name in MODULES:
            return self.work_folder(contender) / "matrix.parquet"
        return self.work_folder(contender) / "warehouse" / "work" / "prod.duckdb"

    def environment(self, contender: Contender) -> dict[str, str]:
        """The variables of a run."""
        kept = {name: text for name, text in os.environ.items() if name not in PROJECT_VARIABLES}
        work = self.work_folder(contender)
        return kept | {
            "DATA_DIR": str(self.data_folder(contender.data)),
            "WAREHOUSE_DIR": str(work / "warehouse"),
            "DBT_TARGET_PATH": str(work / "target"),
            "DBT_LOG_PATH": str(work / "logs"),
            "DUCKDB_MEMORY_LIMIT": contender.memory or self.memory,
            "DUCKDB_THREADS": str(self.threads),
            "POLARS_MAX_THREADS": str(self.threads),
        }

    def command(self, contender: Contender) -> list[str]:
        """What is timed."""
        if contender.name not in MODULES:
            return self.dbt(contender, "run", "--select", SELECTION)
        data = contender.data
        folder = self.data_folder(data)
        command = [sys.executable, "-m", MODULES[contender.name]]
        command += ["--sales", str(sales_file(data, folder))]
        command += ["--products", str(folder / "internal" / "products.csv")]
        command += ["--out", str(self.matrix(contender))]
        if contender.name == FLOOR:
            command += ["--threads", str(self.threads), "--memory", self.memory]
            command += ["--dirty"] if data.is_dirty else []
        return command

    def dbt(self, contender: Contender, *arguments: str) -> list[str]:
        """A dbt command on the sources of the internal side, otherwise with default settings."""
        project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
        sources = project["vars"]["defaults"]["sources"]
        del sources["feeds"]  # the external side
        sources["sales"]["files"] = f"${{INTERNAL_DATA_DIR}}/sales.{contender.data.file_format}"
        if not contender.searches_duplicates:
            del sources["sales"]["unique_by"]
        settings = json.dumps({"sources": sources} | contender.settings)
        dbt = str(Path(sys.executable).with_name("dbt"))
        return [dbt, "--quiet", *arguments, "--target", "prod", "--vars", settings]

    def prepare(self, contender: Contender) -> dict:
        """Make the data, read it once, let dbt parse; none of it is timed."""
        folder = self.data_folder(contender.data)
        made = make(contender.data, folder)
        read_once(sales_file(contender.data, folder))
        work = self.work_folder(contender)
        work.mkdir(parents=True, exist_ok=True)
        if contender.name not in MODULES:
            subprocess.run(
                self.dbt(contender, "parse"),
                env=self.environment(contender),
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                check=False,  # what is wrong with the settings is told by the run that follows
            )
        return made

    def run(self, contender: Contender) -> dict:
        """Time one run, from nothing but the raw files."""
        work = self.work_folder(contender)
        shutil.rmtree(work / "warehouse", ignore_errors=True)
        log = work / "output.txt"
        measured = measure(self.command(contender), self.environment(contender), log=log, cwd=ROOT)
        said = f"  {contender.name}: {measured['seconds']:.1f} s, "
        said += f"{measured['peak_bytes'] / 1e9:.2f} GB, {measured['outcome']}"
        print(said, file=sys.stderr, flush=True)
        if measured["outcome"] == "failed":
            print(log.read_text()[-2000:], file=sys.stderr)
        if contender.name not in MODULES and measured["outcome"] == "finished":
            results = json.loads((work / "target" / "run_results.json").read_text())["results"]
            measured["steps"] = {
                result["unique_id"].split(".")[-1]: result["execution_time"] for result in results
            }
        return measured

    def check(self, contenders: Sequence[Contender]) -> dict[str, float]:
        """Compare the matrices of all contenders on one data set with that of the last (ours).

        Returns
        -------
        dict of str to float
            Largest difference by contender.

        Raises
        ------
        RuntimeError
            If two matrices differ by more than rounding: times would say nothing then.
        """
        largest = {}
        *others, ours = contenders
        for other in others:
            command = [sys.executable, "-m", "benchmarks.compare"]
            command += [str(self.matrix(ours)), str(self.matrix(other))]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(
                    f"{other.name} and {ours.name} differ on {ours.data.name}: "
                    f"{done.stdout}{done.stderr}"
                )
            largest[other.name] = json.loads(done.stdout)["largest"]
        return largest

    def verify(self, case: Case, rows: float) -> None:
        """Let all contenders give the same matrix on less data, before anything is timed."""
        # contenders of several sizes are one here
        small = {
            (each.name, each.data.file_format): Contender(
                each.name, sized(rows, each.data.file_format)
            )
            for each in case.contenders
            if each.name != START_UP
        }.values()
        for contender in small:
            self.prepare(contender)
            if self.run(contender)["outcome"] != "finished":
                raise RuntimeError(f"{contender.name} did not finish on {contender.data.name}")
        for same_data in by_data(small):
            self.check(same_data)

    def measure(self, name: str, case: Case, *, repeats: int, share: float) -> dict:
        """Run a case and return what was measured."""
        print(f"{name}", file=sys.stderr, flush=True)
        load = os.getloadavg()[0]
        if case.compares:
            print(" the same matrix?", file=sys.stderr, flush=True)
            self.verify(case, VERIFIED_ROWS * share)
        rows = [
            {
                "contender": each.name,
                "data": self.prepare(each),
                "memory_limit": each.memory or self.memory,
                "runs": [],
            }
            for each in case.contenders
        ]
        for turn in range(repeats):
            print(f" turn {turn + 1} of {repeats}", file=sys.stderr, flush=True)
            for contender, row in zip(case.contenders, rows, strict=True):
                row["runs"].append(self.run(contender))
                if not case.compares:
                    shutil.rmtree(self.work_folder(contender) / "warehouse", ignore_errors=True)
            if case.compares:
                self.note_differences(case, rows)
        for contender in case.contenders:
            shutil.rmtree(self.work_folder(contender), ignore_errors=True)
        return {
            "measured": {
                "on": datetime.date.today().isoformat(),
                "repeats": repeats,
                "share_of_rows": share,
                "threads": self.threads,
                "load_before": round(load, 2),
                "machine": machine(),
                "versions": versions(),
            },
            "rows": rows,
        }

    def note_differences(self, case: Case, rows: list[dict]) -> None:
        """Compare what the turn gave; a contender that did not finish has nothing to compare."""
        finished = [
            (contender, row)
            for contender, row in zip(case.contenders, rows, strict=True)
            if contender.name != START_UP and row["runs"][-1]["outcome"] == "finished"
        ]
        row_of = {contender.name + contender.data.name: row for contender, row in finished}
        for same_data in by_data([contender for contender, _ in finished]):
            for name, largest in self.check(same_data).items():
                row_of[name + same_data[0].data.name]["runs"][-1]["largest_difference"] = largest


def by_data(contenders: Iterable[Contender]) -> list[list[Contender]]:
    """Contenders that had the same data, together."""
    groups: dict[str, list[Contender]] = {}
    for contender in contenders:
        groups.setdefault(contender.data.name, []).append(contender)
    return list(groups.values())


def machine() -> dict:
    """What the machine is."""
    cpu = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text().splitlines()
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        cpu = models[0] if models else cpu
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_bytes": machine_memory(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
    }


def versions() -> dict[str, str]:
    """What computes."""
    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **found}


def parser() -> argparse.ArgumentParser:
    """Describe the command."""
    options = argparse.ArgumentParser(
        prog="python -m benchmarks.preprocessing",
        description="Measure preprocessing against DuckDB, polars and pandas.",
    )
    names = list(cases(1))
    options.add_argument("--cases", default=",".join(names), help=f"some of {', '.join(names)}")
    options.add_argument("--repeats", type=int, default=3, help="turns of each case (3)")
    options.add_argument("--rows", type=float, default=1, help="share of the full sizes (1)")
    options.add_argument("--threads", type=int, default=os.cpu_count(), help="of every contender")
    options.add_argument("--memory", default="4GB", help="memory limit of DuckDB (4GB)")
    options.add_argument("--dir", type=Path, default=default_folder(), help="working folder")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases asked for; the exit code is 1 if a run of ours did not finish."""
    options = parser()
    args = options.parse_args(arguments)
    known, asked = cases(args.rows), args.cases.split(",")
    unknown = [name for name in asked if name not in known]
    if unknown:
        options.error(f"there is no case {', '.join(unknown)}; there are {', '.join(known)}")
    if args.repeats < 1 or args.rows <= 0 or args.threads < 1:
        options.error("--repeats, --rows and --threads have to be above zero")
    bench = Bench(args.dir.resolve(), threads=args.threads, memory=args.memory)
    bench.folder.mkdir(parents=True, exist_ok=True)
    file = bench.folder / "results.json"
    results = json.loads(file.read_text()) if file.exists() else {}
    for name in asked:
        results[name] = bench.measure(name, known[name], repeats=args.repeats, share=args.rows)
        file.write_text(json.dumps(results, indent=1) + "\n")
        print(f"\n{table(name, results[name])}\n", flush=True)
    print(f"Written to {file}; `python -m benchmarks.report` puts it into the documents.")
    failed = [
        row
        for name in asked
        for row in results[name]["rows"]
        if row["contender"] not in MODULES and row["runs"][-1]["outcome"] != "finished"
    ]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
