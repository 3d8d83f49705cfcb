"""Write docs/benchmarks.md from what was measured, so that no figure is typed by hand.

``python -m benchmarks.report`` puts the cases in ``results.json`` of the working folder into
``docs/benchmarks.json``, where other cases stay as they were, and fills
``benchmarks/template.md``.
"""

import argparse
import json
import math
import statistics
import string
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import clustering_report, dashboard_report
from benchmarks.cases import FLOOR, OURS, PANDAS, POLARS, START_UP, cases
from benchmarks.data import ROOT
from benchmarks.markdown import markdown
from benchmarks.processes import default_folder

# At most so many times the floor, and so many bytes.
AIMS = {"parquet": (1.5, 4e9), "csv": (2.0, 4e9)}
GROWTH_AIM = 1.0
SHOWN_STEPS = 8
# Seconds net of start-up that may be chance: nothing grows from there.
CHANCE = 0.5


def table(name: str, case: dict) -> str:
    """Return the Markdown table of one case.

    Parameters
    ----------
    name : str
        The case.
    case : dict
        What `benchmarks.preprocessing` measured of it.
    """
    start_up = start_up_seconds(case)
    lines, smaller = [], None
    for row in case["rows"]:
        seconds = finished_seconds(row)
        cells = [f"{row['data']['rows']:,}", kind_of(row["data"]), row["contender"]]
        cells += ["none" if row["contender"] in (POLARS, PANDAS) else row["memory_limit"]]
        if not seconds:
            lines.append([*cells, row["runs"][-1]["outcome"], "", "", peak(row), "missed"])
            continue
        median = statistics.median(seconds)
        net = net_seconds(row, median, start_up)
        cells += [f"{median:.1f} ({min(seconds):.1f} to {max(seconds):.1f})"]
        cells += ["" if net is None else f"{net:.1f}"]
        if row["contender"] == START_UP:
            lines.append([*cells, "", peak(row), ""])
        elif name == "growth":
            is_clear = net is not None and net >= CHANCE
            grown = is_clear and smaller is not None and smaller[0] < row["data"]["rows"]
            exponent = slope(*smaller, row["data"]["rows"], net) if grown else None
            said = "" if exponent is None else f"{exponent:.2f}"
            lines.append([*cells, said, peak(row), growth_verdict(exponent)])
            smaller = (row["data"]["rows"], net) if is_clear else None
        else:
            ratios = times_first(row, case["rows"], median, net)
            said = ", net ".join(f"{ratio:.2f}" for ratio in ratios)
            lines.append([*cells, said, peak(row), verdict(name, row, ratios)])
    how = "exponent" if name == "growth" else "times the first"
    heads = ["rows", "file", "what", "limit", "seconds (range)", "net of start-up", how]
    return markdown([*heads, "peak GB", "aim"], lines)


def finished_seconds(row: dict) -> list[float]:
    """Seconds of all runs; none if one did not finish."""
    if any(run["outcome"] != "finished" for run in row["runs"]):
        return []
    return [run["seconds"] for run in row["runs"]]


def start_up_seconds(case: dict) -> float | None:
    """Median of the same command on next to no rows."""
    for row in case["rows"]:
        if row["contender"] == START_UP and finished_seconds(row):
            return statistics.median(finished_seconds(row))
    return None


def net_seconds(row: dict, median: float, start_up: float | None) -> float | None:
    """Seconds beyond the start-up of dbt, which only our commands have."""
    if start_up is None or not row["contender"].startswith(OURS):
        return None
    # on next to no rows the difference is chance, and can be below zero
    return max(median - start_up, 0)


def times_first(row: dict, rows: list[dict], median: float, net: float | None) -> list[float]:
    """How many times the seconds of the first row of the same data; net too against the floor.

    Only the floor starts in no time: the other implementations load libraries, as ours does.
    """
    first = next(other for other in rows if other["data"] == row["data"])
    if first is row or not finished_seconds(first):
        return []
    base = statistics.median(finished_seconds(first))
    if net is None or first["contender"] != FLOOR:
        return [median / base]
    return [median / base, net / base]


def verdict(name: str, row: dict, ratios: list[float]) -> str:
    """Whether a row of ours is within its aims.

    Examples
    --------
    >>> row = {"contender": "ours", "runs": [{"peak_bytes": 3e9}]}
    >>> verdict("parquet", row, [1.8, 1.2])
    'time met net of start-up (1.5), memory met (4 GB)'
    """
    if name not in AIMS or not ratios:
        return ""
    most_times, most_bytes = AIMS[name]
    if ratios[0] <= most_times:
        time = "met"
    elif ratios[-1] <= most_times:
        time = "met net of start-up"
    else:
        time = "missed"
    memory = "met" if peak_bytes(row) <= most_bytes else "missed"
    return f"time {time} ({most_times:g}), memory {memory} ({most_bytes / 1e9:g} GB)"


def growth_verdict(exponent: float | None) -> str:
    """Whether time grows at most as the rows do."""
    if exponent is None:
        return ""
    return f"{'met' if exponent <= GROWTH_AIM else 'missed'} ({GROWTH_AIM:g})"


def slope(rows: float, seconds: float, more_rows: float, more_seconds: float) -> float:
    """The exponent of the growth between two sizes: 1 is linear.

    Examples
    --------
    >>> slope(10, 1, 100, 10)
    1.0
    """
    return math.log(more_seconds / seconds) / math.log(more_rows / rows)


def peak_bytes(row: dict) -> float:
    """The largest of all runs."""
    return max(run["peak_bytes"] for run in row["runs"])


def peak(row: dict) -> str:
    """The largest peak as gigabytes of 10^9 bytes."""
    return f"{peak_bytes(row) / 1e9:.2f}"


def kind_of(data: dict) -> str:
    """The file format, and whether defects are planted."""
    kind = {"parquet": "Parquet", "csv": "CSV"}[data["file_format"]]
    return f"{kind}, dirty" if data["is_dirty"] else kind


def steps(case: dict) -> str:
    """Where the seconds of ours go: its slowest models in the run of median length."""
    row = next(row for row in case["rows"] if row["contender"] == OURS)
    if not finished_seconds(row):
        return "It did not finish."
    median = statistics.median_low(finished_seconds(row))
    run = next(run for run in row["runs"] if run["seconds"] == median)
    slowest = sorted(run["steps"].items(), key=lambda step: -step[1])[:SHOWN_STEPS]
    return markdown(["model", "seconds"], [[f"`{name}`", f"{said:.1f}"] for name, said in slowest])


def conditions(results: dict) -> str:
    """When, where and how each case was measured."""
    lines = []
    for name, case in results.items():
        said = case["measured"]
        where = said["machine"]
        hardware = f"{where['cpu']}, {where['cores']} cores, {where['memory_bytes'] / 1e9:.0f} GB"
        is_full = said["repeats"] >= said.get("wanted_repeats", 3) and said["share_of_rows"] == 1
        kind = "full" if is_full else "trial"
        lines.append(
            [name, said["on"], f"{hardware}, {where['system']}", str(said["threads"]),
             f"{said['load_before']:.2f}", str(said["repeats"]),
             f"{said['share_of_rows']:g}", kind]
        )  # fmt: skip
    heads = ["case", "date", "machine", "threads", "load before", "runs", "share of rows", "kind"]
    return markdown(heads, lines)


def versions(results: dict) -> str:
    """The versions that computed; one line for each set of them."""
    sets = {json.dumps(case["measured"]["versions"]): [] for case in results.values()}
    for name, case in results.items():
        sets[json.dumps(case["measured"]["versions"])].append(name)
    lines = []
    for packages, names in sets.items():
        said = ", ".join(f"{name} {version}" for name, version in json.loads(packages).items())
        lines.append(f"{said}." if len(sets) == 1 else f"{', '.join(names)}: {said}.")
    return "\n\n".join(lines)


def differences(results: dict) -> str:
    """The largest difference between any two matrices that were compared."""
    found = [
        run["largest_difference"]
        for case in results.values()
        for row in case["rows"]
        for run in row.get("runs", [])
        if "largest_difference" in run
    ]
    return f"{max(found):.1e} over {len(found)} comparisons" if found else "not measured"


def document(results: dict) -> str:
    """Return the page: the template with its figures; a case without results is named."""
    known = (
        dict.fromkeys(cases(1), table)
        | dict.fromkeys(clustering_report.CASES, clustering_report.table)
        | {dashboard_report.CASE: dashboard_report.table}
    )
    tables = {
        name.replace("-", "_"): write(name, results[name]) if name in results else "Not measured."
        for name, write in known.items()
    }
    template = (ROOT / "benchmarks" / "template.md").read_text()
    return string.Template(template).substitute(
        tables,
        conditions=conditions(results),
        versions=versions(results),
        differences=differences(results),
        steps=steps(results["parquet"]) if "parquet" in results else "Not measured.",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the two files."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.report",
        description="Write docs/benchmarks.md from results.json.",
    )
    parser.add_argument("--dir", type=Path, default=default_folder(), help="working folder")
    args = parser.parse_args(arguments)
    file = args.dir / "results.json"
    if not file.exists():
        parser.error(f"there is no {file}; run the benchmarks first")
    kept = ROOT / "docs" / "benchmarks.json"
    results = json.loads(kept.read_text()) | json.loads(file.read_text())
    kept.write_text(json.dumps(results, indent=1) + "\n")
    (ROOT / "docs" / "benchmarks.md").write_text(document(results))
    print("Written: docs/benchmarks.md, docs/benchmarks.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
