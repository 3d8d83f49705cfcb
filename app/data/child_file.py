"""Read one uploaded file, within the process that `child` has limited."""

import json
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pyarrow as pa

from app.data.sandbox import Problem

_BROKEN = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    fastexcel.FastExcelError,
    pa.ArrowException,
    OSError,
    ValueError,
    MemoryError,
)
"""What readers raise when a file is not what it should be."""

MOST_COLUMNS = 2_000
MOST_CELLS = 20_000_000


def work(path: str, kind: str, sheet: str, header: int) -> pa.Table:
    """Return the table that a file holds.

    Parameters
    ----------
    kind
        `xlsx`, `csv` or `parquet`.
    sheet
        The name of a sheet; empty means the first one.
    header
        In which row, from 1, the names of the columns stand; not of Parquet.

    Returns
    -------
    Table
        Its metadata has `sheets`, a JSON list of names.
    """
    sheets: list[str] = []
    try:
        if kind == "xlsx":
            frame, sheets = _workbook(path, sheet, header)
        elif kind == "csv":
            frame = _csv(path, header)
        else:
            frame = pl.read_parquet(path)
    except Problem:
        raise
    except _BROKEN as error:
        raise _as_problem(error, kind) from None
    if frame.width > MOST_COLUMNS or frame.width * frame.height > MOST_CELLS:
        raise Problem(
            f"The table has {frame.height:,} rows and {frame.width:,} columns, more than "
            f"{MOST_CELLS:,} cells or {MOST_COLUMNS:,} columns: upload a part of it."
        )
    frame = frame.filter(~pl.all_horizontal(pl.all().is_null())) if frame.width else frame
    if frame.is_empty():
        raise Problem("The file has no rows below its header: upload one with rows.")
    table = pl.DataFrame([_typed(column) for column in frame]).to_arrow()
    return table.replace_schema_metadata({"sheets": json.dumps(sheets)})


def _workbook(path: str, sheet: str, header: int) -> tuple[pl.DataFrame, list[str]]:
    """Read a sheet; numbers that were typed in as text stay text, with their zeros."""
    book = fastexcel.read_excel(path)
    sheets = book.sheet_names
    if sheet and sheet not in sheets:
        raise Problem("The workbook has no sheet of this name: choose another one.")
    loaded = book.load_sheet(
        sheet or 0, header_row=header - 1, schema_sample_rows=None, dtype_coercion="coerce"
    )
    return loaded.to_polars(), sheets


def _csv(path: str, header: int) -> pl.DataFrame:
    """Read a CSV file as text, whatever its separator and of the usual encodings."""
    content = Path(path).read_bytes()
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Problem("This is no text file: save the table as CSV and upload that.")
    text = _decoded(content)
    lines = text.split("\n", header)
    first = lines[header - 1] if len(lines) >= header else ""
    if not first.strip():
        raise Problem(f"Row {header} is empty: say in which row the names of the columns stand.")
    separator = max(",;\t|", key=first.count)
    if len(text) > len(first) and not text.endswith(("\n", "\r")):
        last = text.rpartition("\n")[2]
        if '"' not in last and last.count(separator) < first.count(separator):
            raise Problem("The last row is cut off: save the file again and upload the new one.")
    return pl.read_csv(
        text.encode(),
        separator=separator,
        skip_lines=header - 1,
        infer_schema=False,
    )


def _decoded(content: bytes) -> str:
    """Return text that is UTF-8, UTF-16 with a mark, or else of Western Windows."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _typed(column: pl.Series) -> pl.Series:
    """Return a column of text as numbers if all of it are; ids with leading zeros stay text.

    Lists, structures and bytes become text: a table shows them as such.
    """
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object, pl.Null):
        texts: list[Any] = [None if value is None else str(value) for value in column.to_list()]
        return pl.Series(column.name, texts, dtype=pl.String)
    if column.dtype == pl.Categorical or column.dtype == pl.Enum:
        return column.cast(pl.String)
    if column.dtype == pl.Float64:  # a workbook has no whole numbers
        known = column.drop_nulls()
        whole = known.is_finite().all() and (known == known.round()).all()
        return column.cast(pl.Int64) if whole and (known.abs() < 2**53).all() else column
    if column.dtype != pl.String:
        return column
    texts = column.str.strip_chars()
    filled = texts.filter(texts != "")
    if filled.is_empty() or filled.str.contains(r"^[+-]?0\d").any():
        return column
    for pattern, kind in (
        (r"^-?\d{1,15}$", pl.Int64),
        (r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$", pl.Float64),
    ):
        if filled.str.contains(pattern).all():
            return texts.replace("", None).cast(kind)
    return column


def _as_problem(error: Exception, kind: str) -> Exception:
    """Return an error of a reader as a sentence, or itself where memory was lacking."""
    words = str(error)
    if isinstance(error, MemoryError) or "memory" in words.lower():
        return MemoryError()
    if "password" in words.lower():
        return Problem("The workbook has a password: save it without one and upload it again.")
    if kind == "csv" and "more fields" in words:
        return Problem(
            "Some row has more values than there are columns: check that the names of the "
            "columns stand in the row that you chose, and that texts with separators are quoted."
        )
    if "no data" in words.lower() or "empty" in words.lower():
        return Problem("The file has no rows below its header: upload one with rows.")
    name = {"xlsx": "workbook", "csv": "CSV file", "parquet": "Parquet file"}[kind]
    return Problem(f"The {name} is damaged or cut off: save it again and upload the new one.")
