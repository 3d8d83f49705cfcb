"""Whole tables as CSV and Parquet."""

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from app.export.text import FORMULA

BOM = b"\xef\xbb\xbf"
"""Begins a CSV file: without it Excel takes UTF-8 for the code page of the computer."""


def csv_bytes(table: pa.Table | pa.RecordBatch, *, header: bool = True) -> bytes:
    """Return rows as CSV in UTF-8 that no spreadsheet program computes with.

    A text that begins like a formula gets an apostrophe before it; numbers stay as they are. The
    first part of a file has the header and, before it, the mark that Excel knows UTF-8 by.

    Examples
    --------
    >>> csv_bytes(pa.table({"store": ["=1+1", "Café"], "sales": [-2, 3]})).decode("utf-8-sig")
    "store,sales\\n'=1+1,-2\\nCafé,3\\n"
    """
    frame = pl.from_arrow(table)
    texts = frame.select(pl.selectors.string()).columns
    safe = frame.with_columns(_never_a_formula(name) for name in texts)
    return (BOM if header else b"") + safe.write_csv(include_header=header).encode()


def _never_a_formula(name: str) -> pl.Expr:
    """A column of texts, with an apostrophe before what begins like a formula."""
    text = pl.col(name)
    quoted = pl.concat_str(pl.lit("'"), text)
    return pl.when(text.str.contains(FORMULA.pattern)).then(quoted).otherwise(text).alias(name)


def write_csv(rows: pa.RecordBatchReader, path: Path) -> None:
    """Write a table part by part, so that the largest needs no more memory than a part."""
    with path.open("wb") as file:
        file.write(csv_bytes(rows.schema.empty_table()))
        for part in rows:
            file.write(csv_bytes(part, header=False))


def write_parquet(rows: pa.RecordBatchReader, path: Path) -> None:
    """Write a table part by part; what stands in it is left as it is."""
    with pq.ParquetWriter(path, rows.schema, compression="zstd") as file:
        for part in rows:
            file.write_batch(part)
