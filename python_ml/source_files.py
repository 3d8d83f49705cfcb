"""What stands in the files of a source: header, lines, cells. Bytes in, names and texts out.

DuckDB reads the rows of a text file; what it cannot tell is read here: which line is the header,
and in which line of the file a record stands.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import functools
import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from openpyxl import load_workbook

CHUNK = 1 << 24
NEWLINE, RETURN, QUOTE, SPACE = b'\n\r" '


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
        If there is no header, a character is not of the encoding, or a line above the header
        has a quote that is not closed.
    """
    with _opened(path) as file:
        beginning = file.read(1 << 20)
    try:
        # the last bytes may be the first half of a character
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        text = decoder.decode(beginning, final=len(beginning) < 1 << 20)
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
    for number, line in enumerate(lines[:skip], 1):
        # the header and rows would be read as a part of the quoted text
        if _is_open_after(line.encode(encoding), delimiter.encode(encoding)):
            raise FileError(
                f"{path}, line {number}: the title {line!r} opens a quote and does not close it; "
                "take the quote out of the file"
            )
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
    path: str | Path, *, skip: int, delimiter: str, encoding: str, records: list[int]
) -> list[tuple[int, str]]:
    """Find the lines in which records of a text file stand.

    Parameters
    ----------
    path : str or Path
        A text file, compressed if it ends in ``.gz``; lines end in LF, CRLF or CR.
    skip : int
        Lines above the header.
    delimiter : str
        What stands between the fields, one character.
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
    for lines, starts, ends, block in _records(path, skip, delimiter.encode(encoding)):
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
    path: str | Path, skip: int, delimiter: bytes
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, bytes]]:
    """The records of a file from the header on, some at a time: lines, starts, ends, bytes."""
    rest, line = b"", 1
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
            # Lines above the header have no quotes that count.
            is_open = _ends_in_quotes(whole, starts, ends, delimiter, above=skip + 1 - line)
            if not more:
                is_open[-1:] = False
            is_first = ~np.concatenate(([False], is_open[:-1])) & (numbers > skip)
            firsts, lasts = np.flatnonzero(is_first), np.flatnonzero(~is_open & (numbers > skip))
            firsts = firsts[: len(lasts)]
            filled = starts[firsts] < ends[lasts]
            yield numbers[firsts][filled], starts[firsts][filled], ends[lasts][filled], whole
            if not more:
                return
            # What is not a whole record yet is read again with the next bytes.
            closed = np.flatnonzero(~is_open)
            passed = int(closed[-1]) + 1 if len(closed) else 0
            line += passed
            rest = block[int(nexts[passed - 1]) if passed else 0 :]


def _ends_in_quotes(
    block: bytes, starts: np.ndarray, ends: np.ndarray, delimiter: bytes, *, above: int
) -> np.ndarray:
    """Which lines end inside quotes, so that the next one belongs to the same record.

    The first line begins outside. Lines in which no field begins with a quote, or every quoted one
    stands between two delimiters, are passed at once; the others are looked at one by one.
    """
    is_open = np.zeros(len(starts), dtype=bool)
    data = np.frombuffer(block, dtype=np.uint8)[: ends[-1] if len(ends) else 0]
    quotes = np.flatnonzero(data == QUOTE)
    if len(quotes) == 0:
        return is_open
    lines = np.searchsorted(starts, quotes, side="right") - 1
    first = np.flatnonzero(np.concatenate(([True], lines[1:] != lines[:-1])))
    lines, counts = lines[first], np.diff(np.append(first, len(quotes)))
    is_around = np.zeros(256, dtype=bool)
    is_around[[NEWLINE, RETURN, delimiter[-1]]] = True
    before, after = data[np.maximum(quotes - 1, 0)], data[np.minimum(quotes + 1, len(data) - 1)]
    opens = (quotes == 0) | is_around[before]
    closes = (quotes == len(data) - 1) | is_around[after]
    is_odd = (np.arange(len(quotes)) - np.repeat(first, counts)) % 2 == 1
    is_plain = np.logical_and.reduceat(np.where(is_odd, closes, opens), first) & (counts % 2 == 0)
    is_plain |= ~np.logical_or.reduceat(opens | (before == SPACE), first)
    if len(delimiter) > 1:
        is_plain[:] = False
    line = above
    for doubtful in lines[~is_plain]:
        line = max(line, int(doubtful))
        while line == doubtful or (0 < line < len(starts) and is_open[line - 1]):
            text = block[starts[line] : ends[line]]
            is_open[line] = _is_open_after(text, delimiter, is_open=line > 0 and is_open[line - 1])
            line += 1
    return is_open


def _is_open_after(line: bytes, delimiter: bytes, *, is_open: bool = False) -> bool:
    """Whether a line ends inside quotes, as DuckDB reads it.

    A quote opens only where a field begins (``5" pipe`` has none that counts). In a field that
    began with one, a quote closes, two are one that is meant, and a later one opens again.
    """
    opening, closing = _quote_patterns(delimiter)
    position = 0
    while True:
        found = closing.match(line, position) if is_open else opening.search(line, position)
        if not found:
            return is_open
        is_open = not is_open or found["again"] is not None
        position = found.end()


@functools.cache
def _quote_patterns(delimiter: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """What opens a quoted field, and what ends it (or opens its quotes ``again``)."""
    between = re.escape(delimiter)
    return (
        re.compile(rb'(?:^|%s) ?"' % between),
        re.compile(rb'(?:[^"]+|"")*+"(?:(?:(?!%s)[^"])*(?P<again>"))?' % between),
    )


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
        If there is no such sheet, no header, or a text right of the header.
    """
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise FileError(
                f"{path} has no sheet {sheet!r}; its sheets are {', '.join(book.sheetnames)}"
            )
        table = book[sheet] if sheet else book.worksheets[0]
        table.reset_dimensions()  # some programs write a size that is not that of the sheet
        cells = table.iter_rows(min_row=title_lines + 1, values_only=True)
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
    for line, cells in rows[1:]:
        beyond = next(filter(None, cells[len(names) :]), None)
        if beyond:
            raise FileError(
                f"{path}, row {line}: {beyond!r} stands right of the header, whose last column is "
                f"{names[-1]!r}; give its column a name, or take it out of the sheet"
            )
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
