"""The tables of the dashboard: seconds as measured, aims met or missed."""

import math
import statistics
from collections.abc import Iterable, Sequence

from benchmarks.markdown import markdown

CASE = "dashboard"

STEPS = {
    "runs_and_quality": ("Part", ("Refused rows", "Coverage")),
    "explorer": ("Table", ("clusters", "stores")),
    "data_tables": ("Table", ("clusters", "stores")),
}
"""What is chosen on pages without a category: the label and two options."""

AIMS = {50_000: (2.0, 0.5), 1_000_000: (3.0, 1.0)}
"""Seconds to the first view, and of any other step, by stores; of fewer stores as of the next."""

MEMORY_AIM = 600e6


def table(name: str, case: dict) -> str:
    """Return the Markdown of the case: all sizes, then every page.

    Parameters
    ----------
    name
        ``CASE``.
    case
        What `benchmarks.dashboard` measured.
    """
    parts = [summary(case)]
    parts += [f"### {row['stores']:,} stores, page by page\n\n{pages(row)}" for row in case["rows"]]
    return "\n\n".join(parts)


def summary(case: dict) -> str:
    """Return one line per size and measure, with its aim."""
    is_full = case["measured"]["share_of_rows"] == 1
    lines = []
    for row in case["rows"]:
        first_aim, step_aim = aims(row["stores"])
        firsts, again = seconds(row, ["first"]), seconds(row, ["again"])
        steps = per_step(row, ["turn", "choose"])
        load = f"{row['load_before']:.1f}"
        lines.append([f"{row['stores']:,}", "load of the machine before", load, "", ""])
        empty_first = statistics.median(each["first"] for each in row["empty"])
        empty_turn = statistics.median(each["turn"] for each in row["empty"])
        lines += [
            [
                f"{row['stores']:,}", "first view", spread(firsts), f"{empty_first:.2f}",
                verdict([statistics.median(firsts)], first_aim) if is_full else "",
            ],
            [
                f"{row['stores']:,}", "first view, in a browser that was here before",
                spread(again), "",
                verdict([statistics.median(again)], first_aim) if is_full else "",
            ],
            [
                f"{row['stores']:,}", "page change", spread(per_step(row, ["turn"])),
                f"{empty_turn:.2f}",
                verdict(per_step(row, ["turn"]), step_aim) if is_full else "",
            ],
            [
                f"{row['stores']:,}", "choosing on a page", spread(per_step(row, ["choose"])), "",
                verdict(per_step(row, ["choose"]), step_aim) if is_full else "",
            ],
            [
                f"{row['stores']:,}", "the same, asked for the first time",
                spread(seconds(row, ["turn", "choose"], is_first=True)), "", "",
            ],
        ]  # fmt: skip
        cpu = [each["server_cpu_seconds"] for each in row["steps"] if each["visit"]]
        if None not in cpu and steps:
            lines.append([f"{row['stores']:,}", "CPU of the server in a step", spread(cpu), "", ""])
        crowd = row["crowd"]
        if crowd:
            took = sorted(crowd["seconds"])
            said = f"p50 {quantile(took, 0.5):.2f}, p95 {quantile(took, 0.95):.2f}"
            what = f"{crowd['people']} people at once, {len(took)} steps"
            found = len(crowd["errors"])
            lines.append([f"{row['stores']:,}", what, said, "", errors(found)])
        found = len(row["errors"])
        lines.append([f"{row['stores']:,}", "errors of one visitor", "", "", errors(found)])
        for what, found in (
            ("peak memory of the server, one visitor", row["walked_peak_bytes"]),
            ("peak memory of the server, after all", row["peak_bytes"]),
        ):
            if found:
                said = "met" if found <= MEMORY_AIM else "missed"
                aim = f"{said} ({MEMORY_AIM / 1e6:.0f} MB)" if is_full else ""
                lines.append([f"{row['stores']:,}", what, f"{found / 1e6:.0f} MB", "", aim])
    return markdown(["stores", "what", "median (range)", "empty page", "aim"], lines)


def pages(row: dict) -> str:
    """Return one line per page: seconds when asked again, and when asked for the first time."""
    lines = []
    for page in dict.fromkeys(each["page"] for each in row["steps"]):
        cells = [page]
        for steps in (["first", "turn"], ["choose"]):
            again = seconds(row, steps, page=page)
            first = seconds(row, steps, page=page, is_first=True)
            cells += [f"{statistics.median(again):.2f}", f"{statistics.median(first):.2f}"]
        used = [
            each["server_cpu_seconds"]
            for each in row["steps"]
            if each["page"] == page and each["visit"] and each["step"] == "choose"
        ]
        cells.append("" if None in used else f"{statistics.median(used):.2f}")
        lines.append(cells)
    heads = ["page", "opened", "for the first time", "chosen on", "for the first time"]
    return markdown([*heads, "CPU of the server"], lines)


def seconds(
    row: dict, steps: Sequence[str], *, page: str | None = None, is_first: bool = False
) -> list[float]:
    """Seconds of steps, either of those that were asked before or of those that were not."""
    return [
        each["seconds"]
        for each in row["steps"]
        if each["step"] in steps
        and (each["visit"] == 0) == is_first
        and page in (None, each["page"])
    ]


def per_step(row: dict, steps: Sequence[str]) -> list[float]:
    """The median of each page and kind of step, over the visits."""
    names = dict.fromkeys(each["page"] for each in row["steps"])
    found = [seconds(row, [step], page=page) for page in names for step in steps]
    return [statistics.median(each) for each in found if each]


def aims(stores: int) -> tuple[float, float]:
    """Return the aims of a size.

    Examples
    --------
    >>> aims(2_000), aims(1_000_000)
    ((2.0, 0.5), (3.0, 1.0))
    """
    return next((AIMS[size] for size in sorted(AIMS) if stores <= size), AIMS[max(AIMS)])


def spread(values: Sequence[float]) -> str:
    """Return the median and the range.

    Examples
    --------
    >>> spread([1.0, 3.0, 2.0])
    '2.00 (1.00 to 3.00)'
    """
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def verdict(values: Iterable[float], most: float) -> str:
    """Whether all are within an aim.

    Examples
    --------
    >>> verdict([0.4, 0.6], 0.5), verdict([0.4], 0.5)
    ('missed by 1 of 2 (0.5 s)', 'met (0.5 s)')
    """
    values = list(values)
    missed = sum(value > most for value in values)
    if not missed:
        return f"met ({most:g} s)"
    of = f" by {missed} of {len(values)}" if len(values) > 1 else ""
    return f"missed{of} ({most:g} s)"


def errors(count: int) -> str:
    """Whether there was none.

    Examples
    --------
    >>> errors(0), errors(2)
    ('met (no error)', 'missed (2 errors)')
    """
    return "met (no error)" if not count else f"missed ({count} error{'s'[: count > 1]})"


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value that so many are not above.

    Examples
    --------
    >>> quantile([1.0, 2.0, 3.0, 4.0], 0.5)
    2.0
    """
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]
