"""Header, lines and cells of files, against a reader that does one character at a time."""

import datetime as dt
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from python_ml import source_files
from python_ml.source_files import FileError, Header, read_header, read_sheet, record_lines


def write(path, text, encoding="utf-8"):
    data = text.encode(encoding)
    if path.suffix == ".gz":
        with gzip.open(path, "wb") as file:
            file.write(data)
    else:
        path.write_bytes(data)
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_the_header_is_the_first_line_with_text_below_the_title(tmp_path, end, name):
    text = end.join(["Sales 2025; draft", "", "store;item no.;", "1;2;3", ""])
    file = write(tmp_path / name, text)
    header = read_header(file, delimiter=";", title_lines=1)
    assert header == Header(2, ["store", "item no.", "column2"])


def test_a_header_has_quotes_twins_and_a_byte_order_mark(tmp_path):
    file = write(tmp_path / "a.csv", '\ufeff"a, b",x,X,x\n1,2,3,4\n')
    assert read_header(file) == Header(0, ["a, b", "x", "X_1", "x_2"])


def test_a_header_in_another_encoding_says_what_to_set(tmp_path):
    file = write(tmp_path / "a.csv", "größe,ñ\n1,2\n", "latin-1")
    assert read_header(file, encoding="latin-1").names == ["größe", "ñ"]
    with pytest.raises(FileError, match=r"a\.csv is not of the encoding utf-8.*encoding: latin-1"):
        read_header(file)


@pytest.mark.parametrize("text", ["", "\n\n", "title\n"])
def test_a_file_without_a_header_is_an_error(tmp_path, text):
    file = write(tmp_path / "a.csv", text)
    with pytest.raises(FileError, match="has no header"):
        read_header(file, title_lines=1)


def records_one_by_one(text, skip):
    """Records with their lines, read one character at a time."""
    lines, start, i = [], 0, 0
    while i < len(text):
        if text[i] in "\r\n":
            step = 2 if text[i : i + 2] == "\r\n" else 1
            lines.append((text[start:i], text[i : i + step]))
            i += step
            start = i
        else:
            i += 1
    if start < len(text):
        lines.append((text[start:], ""))
    records, pending = [], None
    for number, (line, end) in enumerate(lines, 1):
        if number <= skip:
            continue
        first, so_far = pending or (number, "")
        so_far += line
        if so_far.count('"') % 2:
            pending = (first, so_far + end)
            last_end = end
            continue
        pending = None
        if so_far:
            records.append((first, so_far))
    if pending:
        records.append((pending[0], pending[1].removesuffix(last_end)))
    return records[1:]


@settings(max_examples=400, deadline=None)
@given(
    text=st.lists(
        st.sampled_from(["a", "b,c", '"', '"x\n"', "", "é", "\n", "\r\n", "\r", "1,2,3"]),
        max_size=40,
    ).map("".join),
    chunk=st.integers(1, 50),
    title=st.integers(0, 2),
)
def test_every_record_is_found_in_its_line(tmp_path_factory, text, chunk, title):
    text = "title\n" * title + "h,i\n" + text
    expected = records_one_by_one(text, title)
    file = write(tmp_path_factory.mktemp("lines") / "a.csv", text)
    original = source_files.CHUNK
    source_files.CHUNK = chunk
    try:
        every = list(range(1, len(expected) + 1))
        got = record_lines(file, skip=title, encoding="utf-8", records=every)
        some = record_lines(file, skip=title, encoding="utf-8", records=every[1::3])
    finally:
        source_files.CHUNK = original
    assert got == expected
    assert some == expected[1::3]


def test_a_record_that_is_not_there_is_an_error(tmp_path):
    file = write(tmp_path / "a.csv", "a\n1\n2\n")
    assert record_lines(file, skip=0, encoding="utf-8", records=[2]) == [(3, "2")]
    with pytest.raises(FileError, match="has 2 records, and not 3"):
        record_lines(file, skip=0, encoding="utf-8", records=[1, 3])


def test_a_sheet_is_read_as_text_with_the_numbers_of_its_rows(tmp_path):
    book = Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Stores")
    for row in (
        ["Stores 2025"],
        ["id", "name", None, "opened"],
        ["007", " Main Street ", 3.5, dt.datetime(2025, 1, 31)],
        [None],
        [8, True, 2.0, dt.datetime(2025, 1, 31, 8, 30)],
        [9],
    ):
        sheet.append(row)
    file = tmp_path / "a.xlsx"
    book.save(file)
    names, rows = read_sheet(file, sheet="Stores", title_lines=1)
    assert names == ["id", "name", "column2", "opened"]
    assert rows == [
        (3, ["007", "Main Street", "3.5", "2025-01-31"]),
        (5, ["8", "true", "2", "2025-01-31 08:30:00"]),
        (6, ["9", "", "", ""]),
    ]
    with pytest.raises(FileError, match=r"no sheet 'stores'; its sheets are Notes, Stores"):
        read_sheet(file, sheet="stores")
    with pytest.raises(FileError, match="has no header"):
        read_sheet(file)
