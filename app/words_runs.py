"""Sentences about runs and the quality of the data: pure functions, without markup."""

from typing import Any

import pandas as pd

from app import words


def runs(found: pd.DataFrame) -> str:
    """Say how many runs are recorded and how many failed."""
    failed = int((found["status"] != "success").sum())
    said = f"{words.several(len(found), 'run')} {'is' if len(found) == 1 else 'are'} recorded"
    return f"{said}; {words.count(failed)} of them failed." if failed else f"{said}; none failed."


def run(row: dict[str, Any]) -> str:
    """Say what the chosen run did."""
    nodes = "an unknown number of steps"
    if not pd.isna(row["node_count"]):
        nodes = words.several(int(row["node_count"]), "step")
    failed = row["failed_node_count"]
    ending = f", {words.count(failed)} of them failed or were skipped" if failed else ""
    return (
        f"{words.run_name(row)} took {duration(row['seconds'])} for {nodes}{ending}; it ended as "
        f"{row['status']}."
    )


def duration(seconds: float | None) -> str:
    """Write a time in the unit that people would take.

    Examples
    --------
    >>> duration(0.25), duration(61.5), duration(7384), duration(None)
    ('0.2 s', '1 min 2 s', '2 h 3 min', '—')
    """
    if pd.isna(seconds):
        return words.NONE
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def steps(found: pd.DataFrame, shown: int) -> str:
    """Say which steps took longest."""
    slowest = found.iloc[0]
    part = found["share"].head(shown).sum()
    return (
        f"The slowest step, {slowest['node']}, took {duration(slowest['seconds'])}. The "
        f"{words.several(min(shown, len(found)), 'slowest step')} of {words.count(len(found))} "
        f"make up {words.percent(part)} of the time of all; some run side by side."
    )


def settings(table: pd.DataFrame, before: str | None) -> str:
    """Say how many settings a run had, and how many differ from another run."""
    said = f"{words.several(int(table['value'].notna().sum()), 'setting')} were in force."
    if not before:
        return f"{said} There is no earlier run to compare with."
    changed = int(table["is_changed"].sum())
    differ = "differs" if changed == 1 else "differ"
    return f"{said} {words.count(changed)} {differ} from the run before, {before[:8]}."


def refused(reasons: pd.DataFrame, read: pd.DataFrame) -> str:
    """Say how many rows were refused and why most of them were."""
    total, most = int(reasons["rows"].sum()), reasons.iloc[0]
    known = read["rows_read"].sum()
    of = f" of {words.count(known)} read" if known else ""
    return (
        f"{words.several(total, 'row')}{of} were refused, most ({words.count(most['rows'])}) from "
        f"{most['source']}: {most['reason']}."
    )


def listed(frame: pd.DataFrame, what: str, more: str | None = None) -> str:
    """Say how many are listed of how many there are.

    Examples
    --------
    >>> listed(pd.DataFrame({"matching": [3, 3]}), "row")
    'Showing the first 2 of 3 rows; the files hold all of them.'
    """
    matching = int(frame["matching"].iloc[0]) if len(frame) else 0
    if len(frame) == matching:
        return f"Showing all {words.several(matching, what, more)}."
    return (
        f"Showing the first {words.count(len(frame))} of {words.several(matching, what, more)}; "
        "the files hold all of them."
    )


def feeds(read: pd.DataFrame) -> str:
    """Say which feed knows the fewest stores."""
    matched = read.dropna(subset=["match_rate"]).sort_values("match_rate", kind="stable")
    if matched.empty:
        return "No feed of external data was read."
    worst = matched.iloc[0]
    return (
        f"The feed with most gaps, {worst['source']}, knows {words.percent(worst['match_rate'])} "
        "of the stores. Values of the others are guessed from what is known."
    )


def left_out(reasons: pd.DataFrame) -> str:
    """Say how many stores have no cluster, and why most of them have none."""
    total = int(reasons["stores"].sum())
    by_reason = reasons.groupby("reason")["stores"].sum().sort_values(ascending=False)
    return (
        f"In {words.several(total, 'case')} a store has no cluster in a category. The most "
        f"frequent reason ({words.count(by_reason.iloc[0])}) is: {by_reason.index[0]}."
    )


def stability(found: pd.DataFrame) -> str:
    """Say how much of the run before is left, over all categories."""
    compared = found.dropna(subset=["previous_run_id", "moved_store_count"])
    if compared.empty:
        return "This is the first published run: there is none to compare with."
    worst = compared.sort_values(["moved_share", "category"], ascending=[False, True]).iloc[0]
    moved = compared["moved_store_count"].sum()
    of = compared["shared_store_count"].sum()
    if not moved:
        return f"None of {words.count(of)} assignments of stores changed since the run before."
    return (
        f"{words.count(moved)} of {words.count(of)} assignments of stores changed since the run "
        f"before; most in {worst['category']} ({words.percent(worst['moved_share'])})."
    )


def decisions(found: pd.DataFrame) -> str:
    """Say how many decisions of people were applied."""
    counts = found["status"].value_counts()
    parts = [
        f"{words.count(counts[status])} {status}"
        for status in ("applied", "expired", "refused")
        if status in counts
    ]
    return f"{words.several(len(found), 'decision')} of people: {', '.join(parts)}."
