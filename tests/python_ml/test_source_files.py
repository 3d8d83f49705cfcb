"""Header, lines and cells of files, against a reader that does one character at a time."""

import datetime as dt
import gzip
import re
import zipfile

import duckdb
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


def test_only_the_beginning_of_a_large_file_is_read_for_its_header(tmp_path):
    rows = "ab" * (1 << 20)
    file = write(tmp_path / "a.csv", f"größe,ñ\n{rows}", "latin-1")
    with pytest.raises(FileError, match=r"a\.csv is not of the encoding utf-8.*encoding: latin-1"):
        read_header(file)
    # 10 bytes of header, so that the first half of a character ends what is read
    file = write(tmp_path / "b.csv", "größe,x\n" + "a" * ((1 << 20) - 11) + "é" * 9)
    assert read_header(file).names == ["größe", "x"]


@pytest.mark.parametrize("text", ["", "\n\n", "title\n"])
def test_a_file_without_a_header_is_an_error(tmp_path, text):
    file = write(tmp_path / "a.csv", text)
    with pytest.raises(FileError, match="has no header"):
        read_header(file, title_lines=1)


def records_one_by_one(text, skip, delimiter=","):
    """Records with their lines, read one character at a time."""
    records, start, i = [], 0, 0
    line = 1
    began_quoted, is_open = None, False  # None where a field begins
    while i < len(text):
        length = 2 if text[i : i + 2] in ("\r\n", '""') else 1
        character = text[i]
        if character in "\r\n":
            if not is_open:
                records.append((line, text[start:i]))
                line, start = line + 1 + len(re.findall("\r\n|\r|\n", text[start:i])), i + length
                began_quoted = None
        elif line <= skip:
            length = 1
        elif is_open:
            is_open = character != '"' or length == 2
        else:
            length = 1
            if character == delimiter:
                began_quoted = None
            elif character == '"' and began_quoted is not False:
                began_quoted = is_open = True
            elif character != " " or (i > start and text[i - 1] != delimiter):
                began_quoted = began_quoted or False
        i += length
    if is_open:
        text = re.sub("(\r\n|\r|\n)\\Z", "", text)
    records.append((line, text[start:]))
    return [record for record in records if record[1] and record[0] > skip][1:]


@settings(max_examples=400)
@given(
    text=st.lists(
        st.sampled_from(
            ["a", "b,c", '"', '"x\n"', ',"', '",', '5"', " ", "é", "\n", "\r\n", "\r", "1,2,3"]
        ),
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
        got = record_lines(file, skip=title, delimiter=",", encoding="utf-8", records=every)
        some = record_lines(file, skip=title, delimiter=",", encoding="utf-8", records=every[1::3])
    finally:
        source_files.CHUNK = original
    assert got == expected
    assert some == expected[1::3]


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(["a", ";", '"', '""', ';"', '"q;r"', '5"', " ", "\n", "\nx;y;z\n"]),
        max_size=15,
    ).map("".join)
)
def test_the_records_are_those_of_duckdb(tmp_path_factory, text):
    file = write(tmp_path_factory.mktemp("lines") / "a.csv", f"h;i;j\n{text}\nx;y;z\n")
    # as the macro source_rows reads
    [count] = duckdb.sql(
        f"""
        select count(*) from read_csv('{file}', auto_detect = false, header = true, delim = ';',
            quote = '"', escape = '"', nullstr = chr(2), null_padding = true, strict_mode = false,
            parallel = false, columns = {{h: 'text', i: 'text', j: 'text', _extra: 'text'}})
        """
    ).fetchall()[0]
    wanted = {"skip": 0, "delimiter": ";", "encoding": "utf-8"}
    assert len(record_lines(file, records=list(range(1, count + 1)), **wanted)) == count
    with pytest.raises(FileError, match=f"has {count} records"):
        record_lines(file, records=[count + 1], **wanted)


def test_a_title_with_an_open_quote_is_an_error(tmp_path):
    file = write(tmp_path / "a.csv", '2" pipes, "draft\na,b\n1,2\n')
    with pytest.raises(FileError, match=r"a\.csv, line 1: .* opens a quote .* take the quote out"):
        read_header(file, title_lines=1)
    assert read_header(file, delimiter=";", title_lines=1) == Header(1, ["a,b"])


def test_a_record_that_is_not_there_is_an_error(tmp_path):
    file = write(tmp_path / "a.csv", "a\n1\n2\n")
    assert record_lines(file, skip=0, delimiter=",", encoding="utf-8", records=[2]) == [(3, "2")]
    with pytest.raises(FileError, match="has 2 records, and not 3"):
        record_lines(file, skip=0, delimiter=",", encoding="utf-8", records=[1, 3])


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


def test_a_sheet_is_read_whole_whatever_size_it_says(tmp_path):
    book = Workbook()
    for row in (["id", "name"], ["1", "a"], ["2", "b"]):
        book.active.append(row)
    book.save(tmp_path / "right.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "right.xlsx") as right,
        zipfile.ZipFile(tmp_path / "wrong.xlsx", "w") as wrong,
    ):
        for name in right.namelist():
            wrong.writestr(name, right.read(name).replace(b'ref="A1:B3"', b'ref="A1:A2"'))
    assert read_sheet(tmp_path / "wrong.xlsx") == (
        ["id", "name"],
        [(2, ["1", "a"]), (3, ["2", "b"])],
    )


def test_a_text_right_of_the_header_of_a_sheet_is_an_error(tmp_path):
    book = Workbook()
    for row in (["Draft"], ["id", "name"], ["1", "a", " "], ["2", "b", None, 7]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(FileError, match=r"a\.xlsx, row 4: '7' stands right of .* 'name'; give its"):
        read_sheet(tmp_path / "a.xlsx", title_lines=1)
