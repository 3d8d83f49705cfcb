"""The table of the rules: how often each is right, and what a wrong number costs."""

from collections import Counter
from collections.abc import Iterable
from statistics import mean

from benchmarks.markdown import markdown

PUBLIC, NOISE = "public", "noise"
# Where even k-means that knows the number does not find the groups, no number is right.
FINDABLE = 0.6
ALWAYS_TWO = "always 2"


def recovery(case: dict) -> str:
    """Return the table of the rules, best first, and what it is counted over."""
    kept, left_out = findable(case["rows"])
    suites = Counter(row["suite"] for row in kept)
    scored = ranking(kept)
    lines = [
        [
            f"**{name}**" if name == case["default"] else name,
            *(share(parts[suite]) for suite in suites),
            share(parts["planted"]),
            f"{parts['rand']:.3f}",
            f"{parts['regret']:.3f}",
            f"{parts['whole']:.3f}",
        ]
        for name, parts in scored
    ]
    heads = ["rule", *(f"{suite} ({count})" for suite, count in suites.items())]
    counted = f"Right numbers over {len(kept)} sets. {left_out_said(left_out)}"
    notes = "".join(f" Missing: {note}." for note in case["notes"])
    whole = markdown([*heads, "planted", "ARI", "regret", "whole"], lines)
    return f"{counted}{notes}\n\n{whole}\n\n{first_verdict(scored, case['default'])}"


def findable(rows: list[dict]) -> tuple[list[dict], Counter]:
    """Return the sets whose groups k-means can find, and how many others there are by suite."""
    kept = [row for row in rows if row["suite"] == NOISE or row["reference"] >= FINDABLE]
    return kept, Counter(row["suite"] for row in rows if row not in kept)


def left_out_said(left_out: Counter) -> str:
    """Say how many sets do not count.

    Examples
    --------
    >>> left_out_said(Counter({"public": 2, "apart": 1}))
    'Not counted, as k-means with the right number does not find the groups: public 2, apart 1.'
    """
    if not left_out:
        return "All sets count."
    said = ", ".join(f"{suite} {count}" for suite, count in left_out.items())
    return f"Not counted, as k-means with the right number does not find the groups: {said}."


def ranking(rows: list[dict]) -> list[tuple[str, dict]]:
    """Return what every rule reaches, with and without the gate, the best on the whole first."""
    names = list(rows[0]["chosen"])
    answers = {
        f"{name}{said}": [row["chosen"][name][place] for row in rows]
        for place, said in enumerate(("", ", no gate"))
        for name in names
    }
    answers[ALWAYS_TWO] = [2] * len(rows)
    scored = {name: reached(rows, chosen) for name, chosen in answers.items()}
    return sorted(scored.items(), key=lambda item: (-item[1]["whole"], item[0]))


def reached(rows: list[dict], chosen: list[int]) -> dict[str, float]:
    """Return the share of right numbers by suite, and the mean Rand index and regret.

    Returns
    -------
    dict of str to float
        One per suite; ``planted``: of all planted grades; ``whole``: of all sets; ``rand``: mean
        adjusted Rand index at the chosen number, of all sets with groups; ``regret``: how much
        higher it would be at the best of all numbers.
    """
    pairs = list(zip(rows, chosen, strict=True))
    suites = dict.fromkeys(row["suite"] for row in rows)
    parts = {suite: right(pair for pair in pairs if pair[0]["suite"] == suite) for suite in suites}
    grouped = [(row["rand"], k) for row, k in pairs if row["suite"] != NOISE]
    at_k = [rand.get(str(k), 0.0) for rand, k in grouped]
    best = [max(rand.values()) for rand, _ in grouped]
    return parts | {
        "planted": right(pair for pair in pairs if pair[0]["suite"] not in (PUBLIC, NOISE)),
        "whole": right(pairs),
        "rand": mean(at_k or [0.0]),
        "regret": mean([most - got for most, got in zip(best, at_k, strict=True)] or [0.0]),
    }


def right(pairs: Iterable[tuple[dict, int]]) -> float:
    """Return the share of right numbers."""
    return mean([row["k"] == k for row, k in pairs] or [0])


def share(value: float) -> str:
    """Return a share with two decimals."""
    return f"{value:.2f}"


def first_verdict(scored: list[tuple[str, dict]], default: str) -> str:
    """Say whether the default, with its gate, is first on the whole.

    Examples
    --------
    >>> first_verdict([("gap", {"whole": 0.9}), ("median", {"whole": 0.8})], "median")
    'Aim, the default first on the whole: missed (0.800, place 2 of 2; first: gap, 0.900).'
    """
    values = {name: parts["whole"] for name, parts in scored}
    ours = values[default]
    place = 1 + sum(value > ours for value in values.values())
    first = max(values, key=values.get)
    equals = [name for name, value in values.items() if value == ours and name != default]
    if place == 1 and equals:
        return (
            f"Aim, the default first on the whole: missed ({ours:.3f}, the first place is shared "
            f"with {', '.join(equals)})."
        )
    if place == 1:
        return f"Aim, the default first on the whole: met ({ours:.3f})."
    said = f"place {place} of {len(values)}; first: {first}, {values[first]:.3f}"
    return f"Aim, the default first on the whole: missed ({ours:.3f}, {said})."
