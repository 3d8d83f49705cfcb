"""What stands in the files of a source: header, lines, cells. Bytes in, names and texts out.

DuckDB reads the rows of a text file; what it cannot tell is read here: which line is the header,
and in which line of the file a record stands.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from openpyxl import load_workbook

CHUNK = 1 << 24
NEWLINE, RETURN, QUOTE = b"\n"[0], b"\r"[0], b'"'[0]


class FileError(ValueError):
    """A file of a source cannot be read in the way that the settings say."""


class Header(NamedTuple):
    """Where the header of a text file stands, and the names in it."""

    skip: int
    names: list[str]


def read_header(
    path: str | Path, *, delimiter: str = ",", encoding: str = "utf-8", title_lines: int = 0
) -> Header:
    """Find the header of a text file: the first line with text below the title lines.

    Parameters
    ----------
    path : str or Path
        A text file, compressed if it ends in ``.gz``; lines end in LF, CRLF or CR.
    delimiter : str
        What stands between the fields, one character.
    encoding : str
        ``"utf-8"`` or ``"latin-1"``.
    title_lines : int
        Lines above the header, blank ones included.

    Returns
    -------
    Header
        ``skip``, the number of lines above the header, and the column names: an empty one is
        called by its position (``column1`` for the second), one that is there already gets a
        number.

    Raises
    ------
    FileError
        If there is no header, or a character is not of the encoding.
    """
    with _opened(path) as file:
        beginning = file.read(1 << 20)
    try:
        # the last bytes may be the first half of a character
        text = beginning.decode(encoding, errors="strict" if len(beginning) < 1 << 20 else "ignore")
    except UnicodeDecodeError as error:
        other = "latin-1" if encoding == "utf-8" else "utf-8"
        raise FileError(
            f"{path} is not of the encoding {encoding} (byte {error.start}): set encoding: {other}"
        ) from None
    lines = io.StringIO(text.removeprefix("\ufeff"), newline=None).read().split("\n")
    for skip, line in enumerate(lines):
        if skip >= title_lines and line.strip():
            break
    else:
        raise FileError(f"{path} has no header: it is empty below {title_lines} title lines")
    fields = next(csv.reader(lines[skip:], delimiter=delimiter))
    return Header(skip, _distinct(fields))


def _distinct(fields: list[str]) -> list[str]:
    """Names for columns, each once (case does not count for a database)."""
    names: list[str] = []
    for position, field in enumerate(fields):
        name = field.strip() or f"column{position}"
        number = 1
        while name.lower() in (taken.lower() for taken in names):
            name = f"{field.strip()}_{number}"
            number += 1
        names.append(name)
    return names


def record_lines(
    path: str | Path, *, skip: int, encoding: str, records: list[int]
) -> list[tuple[int, str]]:
    """Find the lines in which records of a text file stand.

    Parameters
    ----------
    path : str or Path
        A text file, compressed if it ends in ``.gz``; lines end in LF, CRLF or CR.
    skip : int
        Lines above the header.
    encoding : str
        ``"utf-8"`` or ``"latin-1"``.
    records : list of int
        Numbers of records, ascending: the first below the header is 1. A blank line is no record,
        and a line break in quotes does not end one.

    Returns
    -------
    list of (int, str)
        For each record the number of its first line (the first of the file is 1) and its text
        without the line end.

    Raises
    ------
    FileError
        If the file has fewer records.
    """
    found: list[tuple[int, str]] = []
    wanted = np.asarray(records, dtype=np.int64)
    done = 0  # records that were passed; the header is record 0
    for lines, starts, ends, block in _records(path, skip):
        numbers = np.arange(done, done + len(lines))
        first, last = np.searchsorted(wanted, (done, done + len(lines)))
        for position in np.searchsorted(numbers, wanted[first:last]):
            text = block[starts[position] : ends[position]].decode(encoding, errors="replace")
            found.append((int(lines[position]), text))
        done += len(lines)
        if len(found) == len(records):
            return found
    if len(found) < len(records):
        raise FileError(f"{path} has {done - 1} records, and not {records[len(found)]}")
    return found


def _records(
    path: str | Path, skip: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, bytes]]:
    """The records of a file from the header on, some at a time: lines, starts, ends, bytes."""
    rest, line, in_quotes = b"", 1, False
    with _opened(path) as file:
        while True:
            more = file.read(CHUNK)
            block = rest + more
            # A CR at the end may be half of a line end.
            whole = block if not more or not block.endswith(b"\r") else block[:-1]
            ends, nexts = _line_ends(whole, is_last=not more)
            if len(ends) == 0 and more:
                rest = block
                continue
            starts = np.concatenate(([0], nexts))[: len(ends)]
            numbers = line + np.arange(len(ends))
            quotes = np.flatnonzero(np.frombuffer(whole, dtype=np.uint8) == QUOTE)
            # Lines above the header have no quotes that count.
            above = np.searchsorted(numbers, skip + 1)
            offset = np.searchsorted(quotes, starts[above]) if above < len(starts) else len(quotes)
            before = np.searchsorted(quotes[offset:], starts) + in_quotes
            is_first = (before % 2 == 0) & (numbers > skip)
            after = np.searchsorted(quotes[offset:], ends) + in_quotes
            is_last = (after % 2 == 0) & (numbers > skip)
            if not more:
                is_last[-1:] |= numbers[-1:] > skip
            firsts, lasts = np.flatnonzero(is_first), np.flatnonzero(is_last)
            firsts = firsts[: len(lasts)]
            filled = (starts[firsts] < ends[lasts]) if len(firsts) else np.empty(0, dtype=bool)
            yield (
                numbers[firsts][filled],
                starts[firsts][filled],
                ends[lasts][filled],
                whole,
            )
            if not more:
                return
            # What is not a whole record yet is read again with the next bytes.
            passed = _passed(is_first, firsts, lasts, len(ends), above)
            line += passed
            rest = block[int(nexts[passed - 1]) if passed else 0 :]


def _passed(
    is_first: np.ndarray, firsts: np.ndarray, lasts: np.ndarray, count: int, above: int
) -> int:
    """How many lines belong to records that are complete (or stand above the header)."""
    if len(lasts):
        return int(lasts[len(firsts) - 1]) + 1
    return min(above, count)


def _line_ends(block: bytes, *, is_last: bool) -> tuple[np.ndarray, np.ndarray]:
    """Where each line ends, and where the next begins."""
    data = np.frombuffer(block, dtype=np.uint8)
    feeds = np.flatnonzero(data == NEWLINE)
    returns = np.flatnonzero(data == RETURN)
    if len(returns):
        followed = np.zeros(len(returns), dtype=bool)
        inside = returns + 1 < len(data)
        followed[inside] = data[returns[inside] + 1] == NEWLINE
        pairs, alone = returns[followed], returns[~followed]
        single = np.setdiff1d(feeds, pairs + 1, assume_unique=True)
        ends = np.concatenate((single, alone, pairs))
        nexts = np.concatenate((single + 1, alone + 1, pairs + 2))
        order = np.argsort(ends)
        ends, nexts = ends[order], nexts[order]
    else:
        ends, nexts = feeds, feeds + 1
    if is_last and len(data) and (len(nexts) == 0 or nexts[-1] < len(data)):
        ends, nexts = np.append(ends, len(data)), np.append(nexts, len(data))
    return ends, nexts


def read_sheet(
    path: str | Path, *, sheet: str | None = None, title_lines: int = 0
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Read a small table from an Excel file as text.

    Parameters
    ----------
    path : str or Path
        An ``.xlsx`` file.
    sheet : str, optional
        The name of the sheet; the first one unless said.
    title_lines : int
        Rows above the header.

    Returns
    -------
    names : list of str
        The column names, as `read_header` makes them.
    rows : list of (int, list of str)
        The row number in the sheet and one text per column; an empty cell is an empty text. Rows
        without any text are left out. A whole number has no decimal point, a date is written as
        2025-01-31.

    Raises
    ------
    FileError
        If there is no such sheet, or no header.
    """
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise FileError(
                f"{path} has no sheet {sheet!r}; its sheets are {', '.join(book.sheetnames)}"
            )
        cells = (book[sheet] if sheet else book.worksheets[0]).iter_rows(
            min_row=title_lines + 1, values_only=True
        )
        rows = [
            (title_lines + 1 + i, [_as_text(cell) for cell in row]) for i, row in enumerate(cells)
        ]
    finally:
        book.close()
    rows = [row for row in rows if any(row[1])]
    if not rows:
        raise FileError(f"{path} has no header: it is empty below {title_lines} title rows")
    header = rows[0][1]
    while header and not header[-1]:
        header.pop()
    names = _distinct(header)
    filled = [(line, (cells + [""] * len(names))[: len(names)]) for line, cells in rows[1:]]
    return names, filled


def _as_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return str(cell.date() if cell.time() == dt.time() else cell)
    return str(cell).strip()


def _opened(path: str | Path) -> BinaryIO:
    return gzip.open(path) if str(path).endswith(".gz") else Path(path).open("rb")
