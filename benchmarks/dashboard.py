"""Measure the dashboard: Chromium before a real server, on published files of three sizes.

``python -m benchmarks.dashboard`` makes the files, walks through all pages, lets ten people in at
once, does the same with an empty page of Streamlit, and adds what it measured to ``results.json``
in the working folder (``--dir`` or BENCH_DIR). ``python -m benchmarks.report`` writes it to the
documents.
"""

import argparse
import asyncio
import datetime
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from importlib.metadata import version
from pathlib import Path
from random import Random

import duckdb
from playwright.async_api import Error

from app.catalogue import PAGES, Page
from benchmarks import visits
from benchmarks.copies import write_copies
from benchmarks.dashboard_report import CASE, STEPS, table
from benchmarks.data import ROOT
from benchmarks.empty_page import TITLES
from benchmarks.preprocessing import PROJECT_VARIABLES, machine, versions
from benchmarks.processes import default_folder
from benchmarks.servers import Server, streamlit

SIZES = (2_000, 50_000, 1_000_000)
PEOPLE, SECONDS = 10, 120.0


def sample(folder: Path) -> Path:
    """Publish the sample chain, once, as `make run` does; return the published file."""
    published = folder / "warehouse" / "prod.duckdb"
    if not published.exists():
        print("Publishing the sample chain ...", file=sys.stderr, flush=True)
        kept = {name: text for name, text in os.environ.items() if name not in PROJECT_VARIABLES}
        environment = kept | {
            "DATA_DIR": str(folder / "data"),
            "WAREHOUSE_DIR": str(published.parent),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        }
        dbt = str(Path(sys.executable).with_name("dbt"))
        for command in (
            [sys.executable, "-m", "python_ml.sample_data", "--out", str(folder / "data")],
            [dbt, "--quiet", "build", "--target", "prod", "--exclude-resource-type", "unit_test"],
        ):
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return published


class Bench:
    """What every size is measured with."""

    def __init__(self, folder: Path, published: Path, *, repeats: int) -> None:
        """Take the working folder, the small published file and the visits of each size."""
        self.folder = folder
        self.published = published
        self.repeats = repeats

    async def size(self, stores: int, *, people: int, seconds: float) -> dict:
        """Measure one size: the steps of visitors one after another, then people at once."""
        warehouse = self.folder / f"{stores}_stores"
        warehouse.mkdir(parents=True, exist_ok=True)
        file = warehouse / "prod.duckdb"
        if not file.exists():
            print(f" writing {stores:,} stores", file=sys.stderr, flush=True)
            write_copies(self.published, file, stores)
        with duckdb.connect(str(file), read_only=True) as connection:
            found = connection.execute(
                "select category from marts.clusters group by category order by category"
            ).fetchall()
        categories = [category for (category,) in found]
        load = round(os.getloadavg()[0], 2)
        empty = await self.empty()
        environment = {"WAREHOUSE_DIR": str(warehouse), "ENV": "prod"}
        log = self.folder / f"{stores}.log"
        with streamlit("app", log, environment) as server:
            async with visits.chromium() as browser:
                # the first visitor of all: from then on the server is warm
                async with visits.person(browser) as first:
                    await first.open(server.address, PAGES[0].title)
                rows, errors = [], []
                for visit in range(1 + self.repeats):
                    print(f" {stores:,} stores, visit {visit}", file=sys.stderr, flush=True)
                    async with visits.person(browser) as somebody:
                        rows += await walk_through(somebody, server, visit, categories)
                        errors += somebody.errors
                walked = server.peak_bytes()
                crowd = None
                if people:
                    print(f" {people} people at once", file=sys.stderr, flush=True)

                    def walk(somebody, chance):
                        return wander(somebody, chance, categories)

                    crowd = await visits.crowd(
                        browser, server.address, PAGES[0].title, walk,
                        people=people, seconds=seconds,
                    )  # fmt: skip
            return {
                "stores": stores,
                "load_before": load,
                "file_bytes": file.stat().st_size,
                "empty": empty,
                "steps": rows,
                "errors": errors,
                "walked_peak_bytes": walked,
                "crowd": crowd and crowd | {"people": people, "wanted_seconds": seconds},
                "peak_bytes": server.peak_bytes(),
            }

    async def empty(self) -> list[dict]:
        """Measure an empty page: what Streamlit and Chromium take here and now."""
        rows = []
        with streamlit("benchmarks/empty_page.py", self.folder / "empty.log") as server:
            async with visits.chromium() as browser:
                for visit in range(1 + self.repeats):
                    async with visits.person(browser) as somebody:
                        opened = await somebody.open(server.address, TITLES[0])
                        turned = await somebody.turn_to(TITLES[1])
                    if visit:
                        rows.append({"first": opened, "turn": turned})
        return rows


async def walk_through(
    somebody: visits.Person, server: Server, visit: int, categories: Sequence[str]
) -> list[dict]:
    """Open the dashboard and every page, and do on each the thing that one does most."""
    rows = []

    async def note(page: Page, step: str, doing) -> None:
        before = server.cpu_seconds()
        try:
            seconds = await doing
        except Error as error:
            where = await somebody.state()
            somebody.errors.append(f"{page.title}, {step}: {str(error).splitlines()[0]} {where}")
            print(somebody.errors[-1], file=sys.stderr, flush=True)
            return
        used = None if before is None else server.cpu_seconds() - before
        row = {"page": page.title, "step": step, "visit": visit, "seconds": seconds}
        rows.append(row | {"server_cpu_seconds": used})

    first, *others = PAGES
    await note(first, "first", somebody.open(server.address, first.title))
    await note(first, "again", somebody.open(server.address, first.title))
    await note(first, "choose", choose(somebody, first, categories, 1))
    for number, page in enumerate(others):
        await note(page, "turn", somebody.turn_to(page.title))
        await note(page, "choose", choose(somebody, page, categories, number % 2))
    return rows


async def choose(
    somebody: visits.Person, page: Page, categories: Sequence[str], which: int
) -> float:
    """Choose another category, or what a page without categories asks for first."""
    if "category" in page.filters:
        return await somebody.choose("Category", categories[which])
    label, options = STEPS[page.name]
    if label == "Part":
        return await somebody.press(options[which])
    return await somebody.choose(label, options[which])


async def wander(
    somebody: visits.Person, chance: Random, categories: Sequence[str]
) -> AsyncIterator[float]:
    """Go from page to page and choose among the first categories, as chance has it."""
    here, chosen = PAGES[0], categories[0]
    while True:
        if "category" in here.filters and chance.random() < 0.5:
            chosen = chance.choice([name for name in categories if name != chosen])
            yield await somebody.choose("Category", chosen)
        else:
            here = chance.choice([page for page in PAGES if page is not here])
            yield await somebody.turn_to(here.title)


async def measure(bench: Bench, args: argparse.Namespace, file: Path) -> dict:
    """Measure all sizes; what is measured so far is in the file."""
    results = json.loads(file.read_text()) if file.exists() else {}
    case = {
        "measured": {
            "on": datetime.date.today().isoformat(),
            "repeats": args.repeats,
            "share_of_rows": args.rows,
            "threads": 2,
            "load_before": round(os.getloadavg()[0], 2),
            "machine": machine(),
            "versions": versions() | {"streamlit": version("streamlit")},
        },
        "rows": [],
    }
    for stores in (max(60, round(size * args.rows)) for size in SIZES):
        case["rows"].append(await bench.size(stores, people=args.people, seconds=args.seconds))
        file.write_text(json.dumps(results | {CASE: case}, indent=1) + "\n")
    return case


def parser() -> argparse.ArgumentParser:
    """Describe the command."""
    options = argparse.ArgumentParser(
        prog="python -m benchmarks.dashboard",
        description="Measure the dashboard in Chromium on published files of three sizes.",
    )
    options.add_argument("--repeats", type=int, default=3, help="visits of each size (3)")
    options.add_argument("--rows", type=float, default=1, help="share of the full sizes (1)")
    options.add_argument("--people", type=int, default=PEOPLE, help="at once; 0: none (10)")
    options.add_argument("--seconds", type=float, default=SECONDS, help="of them (120)")
    options.add_argument("--sample", type=Path, help="a published file to copy stores of")
    options.add_argument("--dir", type=Path, default=default_folder(), help="working folder")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit code is 1 if a page showed an error."""
    options = parser()
    args = options.parse_args(arguments)
    if args.repeats < 1 or not 0 < args.rows <= 1:
        options.error("--repeats has to be above zero, --rows above zero and at most 1")
    results_folder = args.dir.resolve()
    folder = results_folder / "dashboard"
    folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(folder, args.sample or sample(folder), repeats=args.repeats)
    file = results_folder / "results.json"
    case = asyncio.run(measure(bench, args, file))
    print(f"\n{table(CASE, case)}\n", flush=True)
    print(f"Written to {file}; `python -m benchmarks.report` puts it into the documents.")
    crowds = [row["crowd"] for row in case["rows"] if row["crowd"]]
    return 1 if any(row["errors"] for row in [*case["rows"], *crowds]) else 0


if __name__ == "__main__":
    sys.exit(main())
