"""Files that visitors bring: looked at from outside here, read in a process of its own."""

import io
import json
import secrets
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from app.data import sandbox
from app.data.sandbox import Problem

KINDS = ("xlsx", "csv", "parquet")
LIMITS = sandbox.Limits(memory=3 << 30, seconds=60, result=400 << 20)
MOST_UNPACKED = 600 << 20
"""Bytes that a workbook may have when unpacked."""
MOST_RATIO = 200
"""How many times smaller than unpacked a large part of a workbook may be."""

_PICKLE = "A pickle can run programs when it is opened and is never read: save the table as CSV."
_SIGNS = {"xlsx": (b"PK\x03\x04", "an Excel workbook"), "parquet": (b"PAR1", "a Parquet file")}

_TOO_MUCH = {
    "time": f"Reading the file takes longer than {LIMITS.seconds} seconds: upload a part of it.",
    "memory": (
        "The file needs more memory than it may have. Often one forgotten cell far below or to "
        "the right makes a sheet huge: delete the empty rows and columns, or save it as CSV."
    ),
    "size": f"The table is larger than {LIMITS.result >> 20} MB: upload a part of it.",
}


class UploadError(ValueError):
    """A file cannot be used; the message says why and what to do."""


class Upload(NamedTuple):
    """A file that was read."""

    name: str
    key: str
    """Another one for every file that was read."""
    table: pa.Table
    sheets: tuple[str, ...]
    """The sheets of a workbook."""


def read(name: str, content: bytes, *, most: int, sheet: str = "", header: int = 1) -> Upload:
    """Return the table in a file.

    Parameters
    ----------
    name
        The name of the file; what comes after its last dot says of which kind it is.
    most
        How many megabytes a file may have.
    sheet
        Of a workbook; empty means the first one.
    header
        In which row, from 1, the names of the columns stand; not of Parquet.

    Raises
    ------
    UploadError
        In one plain sentence.
    """
    kind = check(name, content, most)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload.{kind}"
        path.write_bytes(content)
        request = {"path": str(path), "kind": kind, "sheet": sheet, "header": header}
        try:
            table = sandbox.run("file", request, LIMITS)
        except Problem as problem:
            raise UploadError(str(problem)) from None
        except sandbox.TooMuchError as error:
            raise UploadError(_TOO_MUCH[error.what]) from None
    sheets = tuple(json.loads(table.schema.metadata[b"sheets"]))
    return Upload(name, secrets.token_hex(8), table.replace_schema_metadata(), sheets)


def check(name: str, content: bytes, most: int) -> str:
    """Return of which kind a file is, after a look at it that opens nothing.

    Examples
    --------
    >>> check("stores.CSV", b"store_id,size", 100)
    'csv'
    >>> check("model.pkl", b"", 100)
    Traceback (most recent call last):
    app.data.uploads.UploadError: A pickle can run programs when it is opened and is never read: \
save the table as CSV.
    """
    kind = name.rpartition(".")[2].lower()
    if kind in {"pkl", "pickle", "joblib", "npy"} or _is_pickle(content):
        raise UploadError(_PICKLE)
    if kind not in KINDS:
        raise UploadError("Only Excel (.xlsx), CSV and Parquet files are read: save it as one.")
    if not content.strip():
        raise UploadError("The file is empty: upload one with rows.")
    if len(content) > most << 20:
        raise UploadError(f"The file is larger than {most:,} MB: upload a part of it.")
    if kind in _SIGNS and not content.startswith(_SIGNS[kind][0]):
        raise UploadError(_wrong_content(kind, content))
    if kind == "xlsx":
        _check_workbook(content)
    if kind == "csv" and content.startswith((b"PK\x03\x04", b"PAR1")):
        raise UploadError("This is no CSV file: give it the ending .xlsx or .parquet that it is.")
    if kind == "parquet" and not content.endswith(b"PAR1"):
        raise UploadError("The Parquet file is damaged or cut off: save it again.")
    return kind


def _is_pickle(content: bytes) -> bool:
    """Whether content begins and ends as pickles of the protocols 2 to 5 do."""
    return content[:1] == b"\x80" and content[1:2] in b"\x02\x03\x04\x05" and content[-1:] == b"."


def _wrong_content(kind: str, content: bytes) -> str:
    """Say what a file is not, and what it may be."""
    if content.startswith(bytes.fromhex("d0cf11e0a1b11ae1")):
        return (
            "The workbook has a password or is of the old .xls kind: save it as .xlsx without a "
            "password."
        )
    return f"The content is not that of {_SIGNS[kind][1]}: is it a CSV file? Then end it in .csv."


def _check_workbook(content: bytes) -> None:
    """Refuse a workbook that is damaged, or so packed that unpacking it would fill the memory."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise UploadError(
            "The workbook is damaged or cut off: save it again and upload the new one."
        ) from None
    unpacked = sum(part.file_size for part in parts)
    packed = [part for part in parts if part.file_size > 10 << 20]
    if unpacked > MOST_UNPACKED or any(
        part.file_size > MOST_RATIO * max(part.compress_size, 1) for part in packed
    ):
        raise UploadError(
            f"The workbook would unpack to {unpacked >> 20:,} MB, which looks like a mistake: "
            "delete the empty rows and columns, or save it as CSV."
        )
