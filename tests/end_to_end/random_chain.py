"""Random chains: the files of a small retail chain, with every kind of damage that files have."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

# A line of a file as its fields; without any it is a blank line.
Line = tuple[str, ...]

COLUMNS = {
    "sales_1.csv": ("Store", "Product", "Day", "Amount", "Units", "Receipt"),
    "sales_2.csv": ("Store", "Product", "Day", "Amount", "Units", "Receipt"),
    "products.csv": ("Product", "Category", "Need"),
    "stores.csv": ("Store", "Name", "Latitude", "Longitude", "State", "Zip"),
    "footfall.csv": ("Store", "Visits", "Staff"),
    "areas.csv": ("Zip", "Income", "County"),
    "counties.csv": ("County", "Rate"),
}

STORES = ["S1", "S2", "s2", "007", "7", "N 1", "N 2", "Müller, Ost", 'the "8"', "N3", "N4", "na"]
PRODUCTS = ["P1", "P2", "0042", "42", "p1", "Half, half"]
NEEDS = [("Food", "Bread"), ("Food", "Rice"), ("Food", "Other"), ("Drinks", "Tea"), ("Other", "x")]
MISSING = ["", " ", "NA", " NA ", "null", "NaN"]
DAYS = ["2025-01-06", "2025-01-13", "2025-02-03"]
ODD_DAYS = [
    "2025-01-06 10:30:00", "2025-01-06T00:00", "2024-12-31", "2025-01-01", "2025-06-30",
    "2025-07-01", "2025-02-30", "06.01.2025", "20250106", "2025-1-6", "soon", *MISSING,
]  # fmt: skip
# What a store sells of a product, if anything.
SOLD = ["10", "1", "25", "200", "3.25", "-2.5", "0.0001", "", ""]
AMOUNTS = ["10", "1", "3.25", "0.0001", "200", "-2.5"]
ODD_AMOUNTS = [
    "0", "-0.0001", " 7.5 ", "+4", "1e2", ".5", "5.", "12.34565", "-12.34565", "-999",
    "99999999999999.9999", "1e14", "1,5", "1_000", "--1", "12 EUR", "0x1F", "inf", "-7", *MISSING,
]  # fmt: skip
NUMBERS = ["1", "2", "40", "0.5", "-3", " 4 ", "1e3"]
NO_NUMBERS = ["many", "1_0", "inf", "1,000", *MISSING]
RECEIPTS = ["r1", "r2", "r3", "r4", *MISSING]
NAMES = ["", "Main, Street", "Main\nStreet", 'the "first"']
ZIPS = ["01234", "1234", "A 1", "a 1", "99"]
COUNTIES = ["North", "north", "South"]
STATES = ["open", "Shut", "gone", "NEW", "pilot", "unknown", *MISSING]


@dataclass(frozen=True)
class Table:
    """A text file below its header."""

    lines: tuple[Line, ...] = ()
    line_end: str = "\n"
    is_ended: bool = True
    is_quoted: bool = False

    def text_of(self, line: Line) -> str:
        """A line as it stands in the file."""
        return ",".join(self._field(field, is_alone=len(line) == 1) for field in line)

    def _field(self, text: str, *, is_alone: bool) -> str:
        if self.is_quoted or set(text) & set(',"\r\n') or (is_alone and not text):
            return '"' + text.replace('"', '""') + '"'
        return text

    def write(self, path: Path) -> None:
        """Write the file, with its header."""
        texts = [",".join(COLUMNS[path.name]), *map(self.text_of, self.lines)]
        end = self.line_end if self.is_ended else ""
        path.write_bytes((self.line_end.join(texts) + end).encode())

    def records(self) -> list[tuple[int, str, Line]]:
        """Number of the line, text and fields of all that is not blank."""
        found, number = [], 2
        for line in self.lines:
            text = self.text_of(line)
            if line:
                found.append((number, text, line))
            # a line break in quotes makes one more line of the file, but no record
            number += 1 + text.count("\n")
        return found


def written(values: Sequence[str]) -> st.SearchStrategy[str]:
    """One of some values, now and then with spaces around it."""
    return st.builds(
        "{}{}{}".format,
        st.sampled_from(["", "", "", " "]),
        st.sampled_from(values),
        st.sampled_from(["", "", "", "  "]),
    )


def mostly(good: Sequence[str], bad: Sequence[str]) -> st.SearchStrategy[str]:
    """Three of four times a good value, otherwise one of all."""
    return st.one_of(*[st.sampled_from(good)] * 3, st.sampled_from([*good, *bad]))


def keys(values: Sequence[str]) -> st.SearchStrategy[str]:
    """An id, or nothing where an id should be."""
    return st.one_of(*[written(values)] * 5, st.sampled_from(MISSING))


def damaged(row: st.SearchStrategy[Line], width: int) -> st.SearchStrategy[Line]:
    """A row as it is, cut short, with too many fields, or a blank line."""
    return st.one_of(
        *[row] * 5,
        st.builds(lambda line, count: line[:count], row, st.integers(1, width - 1)),
        st.builds(
            lambda line, more: line + more,
            row,
            st.sampled_from([("x",), ("",), ("", "x"), ("", ""), (" ",)]),
        ),
        st.sampled_from([(), ("  ",)]),
    )


@st.composite
def tables(
    draw: st.DrawFn, row: st.SearchStrategy[Line], width: int, core: Sequence[Line] = ()
) -> Table:
    """A file of damaged rows, some core rows among them, in any order."""
    extra = st.lists(st.tuples(st.integers(0, len(core)), damaged(row, width)), max_size=12)
    return Table(
        _inserted(core, draw(extra)),
        line_end=draw(st.sampled_from(["\n", "\r\n"])),
        is_ended=draw(st.booleans()),
        is_quoted=draw(st.booleans()),
    )


def _inserted(core: Sequence[Line], rows: list[tuple[int, Line]]) -> tuple[Line, ...]:
    lines: list[Line] = []
    for place, line in enumerate([*core, None]):
        lines += [row for position, row in rows if position == place]
        lines += [line] if line is not None else []
    return tuple(lines)


@st.composite
def some_of(draw: st.DrawFn, values: Sequence[str]) -> list[str]:
    """Some of the values, as often all as none."""
    size = draw(st.integers(0, len(values)))
    unique = st.lists(st.sampled_from(values or [""]), unique=True, min_size=size, max_size=size)
    return draw(unique)


@st.composite
def chains(draw: st.DrawFn) -> dict[str, Table]:
    """The files of a chain of up to twelve stores that sell up to six products."""
    stores, products = draw(some_of(STORES)), draw(some_of(PRODUCTS))
    sold = [
        (store, product, draw(st.sampled_from(DAYS)), amount, "1", f"r{number}")
        for number, (store, product) in enumerate(itertools.product(stores, products))
        if (amount := draw(st.sampled_from(SOLD)))
    ]
    sale = st.tuples(
        keys(stores or STORES),
        keys([*products, "unknown"]),
        mostly(DAYS, ODD_DAYS),
        mostly(AMOUNTS, ODD_AMOUNTS),
        mostly(NUMBERS, NO_NUMBERS),
        st.sampled_from(RECEIPTS),
    )
    if sold:
        copy = st.sampled_from(sold)
        corrected = st.builds(
            lambda row, amount: (*row[:3], amount, *row[4:]), copy, st.sampled_from(AMOUNTS)
        )
        sale = st.one_of(sale, sale, copy, corrected)
    cut = draw(st.integers(0, len(sold)))
    mapped = [
        (product, *need)
        for product in products
        for need in draw(st.lists(st.sampled_from(NEEDS), min_size=product != "p1", max_size=3))
    ]
    product_row = st.tuples(
        keys(PRODUCTS),
        mostly([category for category, _ in NEEDS], MISSING),
        mostly([need for _, need in NEEDS], MISSING),
    )
    state, zip_code = st.sampled_from(STATES), mostly(ZIPS, MISSING)
    number = mostly(NUMBERS, NO_NUMBERS)
    listed = [
        (store, "", "48.1", "11.6", draw(state), draw(zip_code)) for store in draw(some_of(stores))
    ]
    store_row = st.tuples(keys(STORES), st.sampled_from(NAMES), number, number, state, zip_code)
    area = st.tuples(keys(ZIPS), number, mostly(COUNTIES, MISSING))
    of_zips = [
        (code, draw(st.sampled_from(NUMBERS)), county)
        for code in draw(some_of(ZIPS))
        for county in draw(st.lists(st.sampled_from(COUNTIES), max_size=2))
    ]
    of_counties = [(county, draw(st.sampled_from(NUMBERS))) for county in draw(some_of(COUNTIES))]
    visited = [(store, draw(st.sampled_from(NUMBERS)), "1") for store in stores]
    return {
        "sales_1.csv": draw(tables(sale, 6, sold[:cut])),
        "sales_2.csv": draw(tables(sale, 6, sold[cut:])),
        "products.csv": draw(tables(product_row, 3, mapped)),
        "stores.csv": draw(tables(store_row, 6, listed)),
        "footfall.csv": draw(tables(st.tuples(keys(STORES), number, number), 3, visited)),
        "areas.csv": draw(tables(area, 3, of_zips)),
        "counties.csv": draw(tables(st.tuples(keys(COUNTIES), number), 2, of_counties)),
    }
