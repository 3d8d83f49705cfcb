"""Sentences about a file of the visitor beside the published clusters: pure functions."""

from collections.abc import Mapping

import pandas as pd

from app.words import count, several


def matches(category: str, figures: Mapping[str, int]) -> list[str]:
    """Say how the rows of a file relate to the stores of a category.

    Examples
    --------
    >>> matches("Tea", {"rows": 3, "without_id": 0, "ids": 3, "repeated": 0, "matched": 2,
    ...                 "unmatched": 1, "absent": 5, "matched_without_zeros": 0})
    ['2 of the 3 stores of the file have a cluster in Tea, 1 has none. 5 stores with a cluster \
are not in the file.']
    """
    have = "has" if figures["matched"] == 1 else "have"
    of = several(figures["ids"], "store")
    first = f"{count(figures['matched'])} of the {of} of the file {have} a cluster in {category}"
    if figures["unmatched"]:
        none = "has" if figures["unmatched"] == 1 else "have"
        first += f", {count(figures['unmatched'])} {none} none"
    said = [f"{first}. {_absent(figures['absent'])}"]
    if figures["repeated"]:
        repeat = "repeats" if figures["repeated"] == 1 else "repeat"
        said.append(f"{several(figures['repeated'], 'row')} {repeat} the store of another row.")
    if figures["without_id"]:
        are = "is" if figures["without_id"] == 1 else "are"
        said.append(f"{several(figures['without_id'], 'row')} without a store {are} left out.")
    if figures["matched_without_zeros"]:
        said.append(
            f"{count(figures['matched_without_zeros'])} more would match if leading zeros did not "
            "count: save the file with its ids as text, such as 007."
        )
    return said


def _absent(number: int) -> str:
    if not number:
        return "No store with a cluster is missing from the file."
    are = "is" if number == 1 else "are"
    return f"{several(number, 'store')} with a cluster {are} not in the file."


def spread(value: str, found: pd.DataFrame) -> str:
    """Say between which clusters the mean of a column differs most; the last row is all.

    Examples
    --------
    >>> spread("size", pd.DataFrame({"title": ["1 · A", "2 · B", "All"], "mean": [1.0, 9, 5]}))
    'The mean of size is 5 over all matched stores, between 1 in 1 · A and 9 in 2 · B.'
    """
    clusters = found.iloc[:-1]
    low = clusters.loc[clusters["mean"].idxmin()]
    high = clusters.loc[clusters["mean"].idxmax()]
    return (
        f"The mean of {value} is {found['mean'].iloc[-1]:,.6g} over all matched stores, between "
        f"{low['mean']:,.6g} in {low['title']} and {high['mean']:,.6g} in {high['title']}."
    )


def file(name: str, shown: int, rows: int) -> str:
    """Say which file it is and how much of it is shown.

    Examples
    --------
    >>> file("stores.csv", 1000, 2000)
    'stores.csv: showing the first 1,000 of 2,000 rows; the files below hold all of them.'
    """
    if shown == rows:
        return f"{name}: all {several(rows, 'row')}."
    return (
        f"{name}: showing the first {count(shown)} of {several(rows, 'row')}; the files below hold "
        "all of them."
    )


def listed(shown: int, matching: int, most_taken: int) -> str:
    """Say how many rows of a table are shown, and how many the files hold.

    Examples
    --------
    >>> listed(10, 10, 100)
    'Showing all 10 rows.'
    """
    if shown == matching:
        return f"Showing all {several(matching, 'row')}."
    taken = "all of them" if matching <= most_taken else f"the first {count(most_taken)}"
    return (
        f"Showing the first {count(shown)} of {several(matching, 'row')}; the files hold {taken}."
    )
