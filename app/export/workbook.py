"""An Excel workbook in which every text is text and every number is a number."""

from collections.abc import Mapping
from io import BytesIO
from math import isfinite
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.export.sheets import Column, Comments, Sheet, Tables, planner_sheets
from app.export.text import readable

FORMS = {
    "text": {"valign": "top"},
    "whole": {"num_format": "0"},
    "money": {"num_format": "#,##0"},
    "share": {"num_format": "0.0%"},
    "index": {"num_format": "0"},
    "effect": {"num_format": "0.00"},
    "number": {"num_format": "#,##0.000"},
    "date": {"num_format": "yyyy-mm-dd hh:mm"},
}
TINTS = {
    "index": (50, 100, 150),
    "effect": (-1, 0, 1),
}
"""Less than the chain, as the chain, more: the values at which the colour is full or none."""
COLOURS = {"min_color": "#F4A261", "mid_color": "#FFFFFF", "max_color": "#5FA8D3"}

LONGEST_TEXT = 32_767
"""Characters of a cell of Excel."""

NARROWEST, WIDEST = 9, 60
_LOOKED_AT = 500


def planner_workbook(
    category: str, tables: Tables, run: Mapping[str, Any], comments: Comments
) -> bytes:
    """Return the workbook of a category; the same tables give the same bytes.

    Parameters
    ----------
    tables, comments
        As `app.data.plans` returns them.
    run
        `run_id`, `target`, `started_at`, `settings` (JSON text).
    """
    return write(planner_sheets(category, tables, run, comments), category, run)


def write(sheets: list[Sheet], title: str, run: Mapping[str, Any]) -> bytes:
    """Return sheets as a workbook, dated by the run."""
    target = BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        created = run["started_at"].to_pydatetime()
        book.set_properties(
            {"title": readable(title)[:255], "created": created, "comments": f"Run {run['run_id']}"}
        )
        forms = {name: book.add_format(form) for name, form in FORMS.items()}
        header = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        note = book.add_format({"italic": True})
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.title), sheet, forms, header, note)
    return target.getvalue()


def _write_sheet(
    page: Worksheet, sheet: Sheet, forms: dict[str, Format], header: Format, note: Format
) -> None:
    """Write one sheet from top to bottom: what is above is no longer in memory."""
    rows = len(sheet.columns[0].values)
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, _width(column.title, column.values), forms[column.form])
        page.write_string(0, number, _cut(column.title), header)
        if column.form in TINTS and rows:
            page.conditional_format(1, number, rows, number, _scale(column.form))
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    if not rows:
        page.write_string(1, 0, sheet.nothing, note)
        return
    page.autofilter(0, 0, rows, len(sheet.columns) - 1)
    formats = [forms[column.form] for column in sheet.columns]
    for row, values in enumerate(zip(*map(_cells, sheet.columns), strict=True), start=1):
        for number, value in enumerate(values):
            if isinstance(value, str):
                page.write_string(row, number, value, formats[number])
            elif value is not None:
                page.write_number(row, number, value, formats[number])


def _cells(column: Column) -> list[str | float | None]:
    """The values as a sheet holds them: text, numbers, and nothing where nothing is known."""
    values = column.values
    missing = values.isna().tolist()
    if column.form == "date":
        days = (values - pd.Timestamp("1899-12-30")) / pd.Timedelta(days=1)
        found = days.tolist()
    elif column.form == "text":
        found = [_text(value) for value in values.tolist()]
    else:
        found = [number if isfinite(number) else str(number) for number in values.astype(float)]
    return [None if gone else value for value, gone in zip(found, missing, strict=True)]


def _text(value: object) -> str:
    """The text of a value; a flag is a word."""
    return ("yes" if value else "no") if isinstance(value, bool) else _cut(value)


def _cut(value: object) -> str:
    """The text of a cell, as long as Excel takes it."""
    text = readable(value)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _width(title: str, values: pd.Series) -> int:
    """A width that shows most values whole, judged by the first ones."""
    if pd.api.types.is_numeric_dtype(values):
        longest = 12
    else:
        first = values.iloc[:_LOOKED_AT].dropna().astype(str)
        longest = max((len(line) for text in first for line in text.splitlines()), default=0)
    title_words = max((len(word) for word in title.split()), default=0)
    return min(max(longest + 2, title_words + 3, NARROWEST), WIDEST)


def _scale(form: str) -> dict[str, Any]:
    """Colours from less than the chain to more."""
    low, middle, high = TINTS[form]
    points = {"min_value": low, "mid_value": middle, "max_value": high}
    types = {"min_type": "num", "mid_type": "num", "max_type": "num"}
    return {"type": "3_color_scale"} | points | types | COLOURS
