"""What a page shows as files that people open in a spreadsheet: safe to open."""

import io
import re

import pandas as pd

from app.export.text import FORMULA, readable

MOST_ROWS_OF_A_SHEET = 1_048_575
"""Rows below the header that a sheet of Excel has."""

LONGEST_CELL = 32_767
"""Characters that a cell of Excel holds."""


def csv(frame: pd.DataFrame) -> bytes:
    """Write a table as CSV in which no text is taken for a formula.

    A text that a spreadsheet would run gets an apostrophe in front; numbers stay
    numbers. The byte order mark tells Excel that the letters are UTF-8.

    Examples
    --------
    >>> csv(pd.DataFrame({"name": ["=1+1", "Mill"], "sales": [-2.5, 3]})).decode("utf-8-sig")
    "name,sales\\r\\n'=1+1,-2.5\\r\\nMill,3.0\\r\\n"
    """
    safe = frame.rename(columns=lambda name: _quote(str(name)))
    for position, column in enumerate(frame.columns):
        if _holds_text(frame[column]):
            safe.isetitem(position, frame[column].map(_quote, na_action="ignore"))
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def workbook(frame: pd.DataFrame) -> bytes:
    """Write a table as an Excel workbook in which text is text.

    Examples
    --------
    >>> workbook(pd.DataFrame({"name": ["=1+1"]}))[:2]
    b'PK'
    """
    if len(frame) > MOST_ROWS_OF_A_SHEET:
        raise ValueError(
            f"{len(frame):,} rows are more than the {MOST_ROWS_OF_A_SHEET:,} of a sheet of Excel: "
            "take the CSV file."
        )
    written = frame.copy()
    for position, column in enumerate(frame.columns):
        values = frame[column]
        if _holds_text(values):
            written.isetitem(position, values.map(_cut, na_action="ignore"))
        elif isinstance(values.dtype, pd.DatetimeTZDtype):
            written.isetitem(position, values.dt.tz_convert("UTC").dt.tz_localize(None))
    file = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with pd.ExcelWriter(file, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        written.to_excel(writer, sheet_name="Data", index=False, freeze_panes=(1, 0))
        writer.sheets["Data"].autofit(max_width=400)
    return file.getvalue()


def file_name(*parts: object) -> str:
    """Return a name for a file that every system takes.

    Examples
    --------
    >>> file_name("cluster sizes", "Dairy & <b>eggs</b>", "5f0c2a9e")
    'cluster-sizes-dairy-b-eggs-b-5f0c2a9e'
    """
    words = re.findall(r"\w+", " ".join(str(part) for part in parts).lower())
    return "-".join(words)[:100].strip("-") or "table"


def _holds_text(values: pd.Series) -> bool:
    """Whether some of the values may be text, or lists and the like."""
    return not (
        pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values)
    )


def _quote(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run."""
    runs = isinstance(value, str) and FORMULA.match(value)
    return f"'{value}" if runs else value


def _cut(value: object) -> object:
    """Cut text that is too long for a cell, write what is no single value as text."""
    return readable(value)[:LONGEST_CELL] if isinstance(value, str | list | tuple | dict) else value
