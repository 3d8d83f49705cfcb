"""The tables of the clustering benchmarks: figures as measured, aims met or missed."""

import statistics
from collections.abc import Callable, Sequence

from benchmarks.clustering_cases import (
    LARGE,
    MIDDLE,
    MILLION,
    NAIVE,
    OURS,
    PYCARET,
    SMALL,
)
from benchmarks.markdown import markdown
from benchmarks.recovery_report import recovery

# At least so many times faster than, in CPU seconds.
FASTER = {SMALL: (PYCARET, 5.0), MIDDLE: (PYCARET, 3.0), LARGE: (NAIVE, 200.0)}
MILLION_SECONDS = 10.0


def table(name: str, case: dict) -> str:
    """Return the Markdown of one case.

    Parameters
    ----------
    name : str
        One of ``CASES``.
    case : dict
        What `benchmarks.clustering` measured of it.
    """
    return CASES[name](case)


def count_search(case: dict) -> str:
    """Return what every search took, and how many times as long as ours that is.

    A trial on a share of the stores has no verdict: its sizes are others.
    """
    rows = case["rows"] + extrapolated(case["rows"])
    is_full = case["measured"]["share_of_rows"] == 1
    lines = []
    for row in sorted(rows, key=lambda row: (row["stores"], row["components"])):
        cells = [f"{row['stores']:,} x {row['components']}", row["contender"]]
        seconds = search_seconds(row)
        if not seconds:
            said = row.get("note") or row["runs"][-1]["outcome"]
            verdict = "missed" if row["contender"] == OURS else ""
            lines.append([*cells, said, "", "", "", verdict])
            continue
        ours = median_of(OURS, row, rows)
        ratio = statistics.median(seconds) / ours if ours and row["contender"] != OURS else None
        lines.append(
            [
                *cells,
                spread(seconds, is_extrapolated="extrapolated" in row),
                "" if ratio is None else f"{ratio:,.2f}",
                f"{max(run['peak_bytes'] for run in row['runs']) / 1e9:.2f}" if row["runs"] else "",
                said_k(row),
                speed_verdict(row, rows) if is_full and row["contender"] == OURS else "",
            ]
        )
    heads = ["stores x components", "what", "CPU seconds (range)", "times ours", "peak GB"]
    return markdown([*heads, "k", "aim"], lines)


def extrapolated(rows: list[dict]) -> list[dict]:
    """Return the naive loop at the sizes where it is not run, from the middle size.

    Fits grow at least with the stores, silhouettes with the square of them.
    """
    base = next(
        (row for row in rows if row["contender"] == NAIVE and row["components"] == MIDDLE[1]), None
    )
    if base is None or not search_seconds(base):
        return []
    fits, silhouettes = (
        statistics.median(run[name] for run in base["runs"])
        for name in ("fit_seconds", "silhouette_seconds")
    )
    sizes = {
        (row["stores"], row["components"])
        for row in rows
        if row["contender"] == OURS and row["components"] == base["components"]
    }
    larger = sorted(size for size in sizes if size[0] > base["stores"])
    return [
        {
            "contender": NAIVE,
            "stores": stores,
            "components": components,
            "runs": [],
            "extrapolated": fits * times + silhouettes * times**2,
        }
        for stores, components in larger
        for times in [stores / base["stores"]]
    ]


def search_seconds(row: dict) -> list[float]:
    """Seconds of all runs, or the extrapolated ones; none if a run did not finish."""
    if "extrapolated" in row:
        return [row["extrapolated"]]
    if any(run["outcome"] != "finished" for run in row["runs"]):
        return []
    return [run["search_seconds"] for run in row["runs"]]


def spread(seconds: Sequence[float], *, is_extrapolated: bool = False) -> str:
    """Return the median and the range.

    Examples
    --------
    >>> spread([1.0, 3.0, 2.0]), spread([36000.0], is_extrapolated=True)
    ('2.00 (1.00 to 3.00)', '36,000, extrapolated')
    """
    if is_extrapolated:
        return f"{seconds[0]:,.0f}, extrapolated"
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"


def said_k(row: dict) -> str:
    """The numbers of clusters that the runs chose."""
    return ", ".join(sorted({str(run["chosen"]) for run in row["runs"]}, key=int))


def median_of(contender: str, row: dict, rows: list[dict]) -> float | None:
    """The median seconds of a contender on the data of a row."""
    for other in rows:
        same = (other["stores"], other["components"]) == (row["stores"], row["components"])
        if same and other["contender"] == contender and search_seconds(other):
            return statistics.median(search_seconds(other))
    return None


def speed_verdict(row: dict, rows: list[dict]) -> str:
    """Whether ours is as fast as it should be; only the full sizes have an aim.

    Examples
    --------
    >>> run = {"outcome": "finished", "search_seconds": 12.0}
    >>> row = {"contender": "ours", "stores": 1_000_000, "components": 50, "runs": [run]}
    >>> speed_verdict(row, [row])
    'missed: 12.0 s, under 10 wanted'
    """
    size = (row["stores"], row["components"])
    took = median_of(OURS, row, rows)
    if size == MILLION:
        verdict = "met" if took < MILLION_SECONDS else "missed"
        return f"{verdict}: {took:.1f} s, under {MILLION_SECONDS:g} wanted"
    if size not in FASTER:
        return ""
    rival, wanted = FASTER[size]
    other = median_of(rival, row, rows)
    if other is None:
        return f"not measured: {rival} did not run"
    times = other / took
    verdict = "met" if times >= wanted else "missed"
    return f"{verdict}: {times:.3g} times faster than {rival}, {wanted:g} wanted"


def exact_count(case: dict) -> str:
    """Return the numbers chosen with samples and without."""
    lines = []
    for row in case["rows"]:
        cells = [f"{row['stores']:,} x {row['components']}", f"{row['apart']:g}"]
        ours, exact = row["ours"], row["exact"]
        if any(run["outcome"] != "finished" for run in (ours, exact)):
            lines.append([*cells, ours["outcome"], exact["outcome"], "", "", "missed"])
            continue
        cells += [str(ours["chosen"]), str(exact["chosen"])]
        cells += [f"{run['search_seconds']:.1f}" for run in (ours, exact)]
        lines.append([*cells, "met" if ours["chosen"] == exact["chosen"] else "missed"])
    heads = ["stores x components", "centres apart", "k by samples", "k of all stores"]
    return markdown([*heads, "CPU seconds", "of all stores", "the same k"], lines)


def limit(case: dict) -> str:
    """Return the arithmetic per second beside that of the square product of doubles."""
    rates = {row["what"]: row["per_second"] for row in case["rows"]}
    best = rates["dgemm, square"]
    lines = [[what, f"{rate / 1e9:.1f}", f"{rate / best:.0%}"] for what, rate in rates.items()]
    return markdown(["what", "GFLOP per CPU second", "of square dgemm"], lines)


CASES: dict[str, Callable[[dict], str]] = {
    "count-search": count_search,
    "exact-count": exact_count,
    "recovery": recovery,
    "limit": limit,
}
