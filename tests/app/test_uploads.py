"""Files of visitors: read as they are meant, or refused with one plain sentence."""

import io
import os
import pickle
import time
import zipfile

import polars as pl
import pytest
import xlsxwriter

from app.data import sandbox, uploads

MOST = 50
HOSTILE = ("<script>alert(1)</script>", "=1+1", 'O\'Brien "x"', "😀 متجر", "x" * 300)


def workbook(*sheets):
    """A workbook of sheets, each a list of rows."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return file.getvalue()


def far_cell():
    """A small workbook whose last cell is XFD1048576."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "store_id")
        sheet.write(1_048_575, 16_383, 1)
    return file.getvalue()


def zipped(**parts):
    """An archive that is no workbook."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def parquet(**columns):
    """A Parquet file."""
    file = io.BytesIO()
    pl.DataFrame(columns).write_parquet(file)
    return file.getvalue()


def read(name, content, **options):
    """The rows of a file."""
    return uploads.read(name, content, most=MOST, **options).table.to_pylist()


GOOD = workbook([["store_id", "size"], ["007", 8], ["008", 9]])
PARQUET = parquet(a=["1"] * 100)

BAD = {
    "empty.csv": (b" \n", "The file is empty"),
    "empty.xlsx": (b"", "The file is empty"),
    "cut.xlsx": (GOOD[: len(GOOD) // 2], "damaged or cut off"),
    "text.xlsx": (b"store_id,size\n1,2", "not that of an Excel workbook"),
    "password.xlsx": (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "has a password"),
    "bomb.xlsx": (zipped(sheet=b" " * (100 << 20)), "would unpack to 100 MB"),
    "archive.xlsx": (zipped(a=b"b"), "damaged or cut off"),
    "far.xlsx": (far_cell(), "one forgotten cell"),
    "no_rows.xlsx": (workbook([["store_id", "size"]]), "no rows below its header"),
    "no_rows.csv": (b"store_id,size\n", "no rows below its header"),
    "cut.csv": (b"store_id,size\n1,2\n3", "last row is cut off"),
    "ragged.csv": (b"a,b\n1,2\n3,4,5\n", "more values than there are columns"),
    "binary.csv": (b"\0\1\2" * 99, "no text file"),
    "workbook.csv": (GOOD, "no CSV file"),
    "cut.parquet": (PARQUET[:50], "damaged or cut off"),
    "middle.parquet": (PARQUET[:20] + b"junk" * 30 + PARQUET[-20:], "damaged or cut off"),
    "text.parquet": (b"a,b\n1,2", "not that of a Parquet file"),
    "model.pkl": (pickle.dumps({}), "pickle can run programs"),
    "renamed.csv": (pickle.dumps([1, 2]), "pickle can run programs"),
    "renamed.parquet": (pickle.dumps([1, 2]), "pickle can run programs"),
    "old.xls": (b"x", r"Only Excel \(.xlsx\), CSV and Parquet"),
    "no_ending": (b"x", r"Only Excel \(.xlsx\), CSV and Parquet"),
    "large.csv": (b"a\n" + b"1" * (51 << 20), "larger than 50 MB"),
}


@pytest.mark.parametrize(("name", "content", "says"), [(n, *c) for n, c in BAD.items()], ids=BAD)
def test_bad_file_gets_one_plain_sentence(name, content, says):
    started = time.monotonic()
    with pytest.raises(uploads.UploadError, match=says) as refused:
        read(name, content)
    sentence = str(refused.value)
    assert sentence.endswith((".", "?"))
    assert "\n" not in sentence
    assert not {"Error", "Traceback", "/tmp", "panic"} & set(sentence.replace(":", " ").split())
    assert time.monotonic() - started < 30


def test_pickle_runs_nothing(tmp_path):
    class Evil:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "ran"),))

    for name in ("model.pkl", "model.csv", "model.parquet", "model.xlsx"):
        with pytest.raises(uploads.UploadError):
            read(name, pickle.dumps(Evil()))
    assert not (tmp_path / "ran").exists()


def test_ids_keep_their_zeros_and_numbers_are_numbers():
    rows = [{"store_id": "007", "size": 8}, {"store_id": "008", "size": 9}]
    assert read("a.xlsx", GOOD) == rows
    assert read("a.csv", b"store_id,size\n007,8\n008,9\n") == rows
    assert read("a.parquet", parquet(store_id=["007", "008"], size=[8, 9])) == rows
    mixed = workbook([["store_id"], ["007"], [8]])
    assert read("a.xlsx", mixed) == [{"store_id": "007"}, {"store_id": "8"}]


def test_csv_of_any_separator_and_usual_encoding():
    rows = [{"store_id": "001", "name": "Bäck; Süd", "size": 1.5}]
    kinds = {"utf-8": ",", "utf-8-sig": ";", "utf-16": "\t", "cp1252": "|"}
    for encoding, separator in kinds.items():
        lines = (["store_id", "name", "size"], ["001", '"Bäck; Süd"', "1.5"])
        text = "\n".join(separator.join(line) for line in lines)
        assert read("a.csv", text.encode(encoding)) == rows, encoding


def test_hostile_names_stay_text():
    values = [[name] for name in HOSTILE]
    found = uploads.read("x.xlsx", workbook([[HOSTILE[0]], *values]), most=MOST).table
    assert found.column_names == [HOSTILE[0]]
    assert found.column(0).to_pylist() == list(HOSTILE)


def test_header_row_and_sheet_can_be_chosen():
    title = [["A report"], [], ["store_id", "size"], ["01", 2]]
    book = workbook(title, [["other"], ["x"]])
    upload = uploads.read("a.xlsx", book, most=MOST, header=3)
    assert upload.sheets == ("Sheet1", "Sheet2")
    assert upload.table.to_pylist() == [{"store_id": "01", "size": 2}]
    assert read("a.xlsx", book, sheet="Sheet2") == [{"other": "x"}]
    assert read("a.csv", b"A report\n\nstore_id,size\n01,2\n", header=3) == [
        {"store_id": "01", "size": 2}
    ]
    with pytest.raises(uploads.UploadError, match="no sheet of this name"):
        read("a.xlsx", book, sheet="Sheet9")


def test_lists_and_bytes_of_parquet_are_shown_as_text():
    (row,) = read("a.parquet", parquet(a=[[1, 2]], b=[b"x"], c=[{"d": 1}]))
    assert row == {"a": "[1, 2]", "b": "b'x'", "c": "{'d': 1}"}


def test_file_of_many_cells_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "LIMITS", sandbox.Limits(3 << 30, 60, 1000))
    with pytest.raises(uploads.UploadError, match="larger than 400 MB"):
        read("a.csv", b"a\n" + b"abcdefgh\n" * 5_000)


def test_process_of_its_own_sees_no_secret_and_leaves_nothing(monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_SERVER", "hunter2")
    seen = {}

    class Spy(sandbox.subprocess.Popen):
        def __init__(self, *arguments, **options):
            seen.update(options)
            super().__init__(*arguments, **options)

    monkeypatch.setattr(sandbox.subprocess, "Popen", Spy)
    read("a.xlsx", GOOD)
    assert "SECRET_OF_THE_SERVER" not in seen["env"]
    assert not os.path.exists(seen["env"]["HOME"])  # noqa: PTH110


def test_unlikely_failures_are_not_called_a_lack_of_memory():
    with pytest.raises(RuntimeError, match="ended with 1: ValueError: odd"):
        sandbox._check(1, "Traceback\nValueError: odd")
