"""Files to take away open in a spreadsheet as what they are."""

import io
import zipfile

import openpyxl
import pandas as pd
import pytest

from app.export import frames

RUNS = ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1"]
HOSTILE = [*RUNS, "'quoted", '<b>&"x"', "007", "", "é 😀"]


@pytest.fixture
def frame():
    """Text of every dangerous kind beside numbers."""
    return pd.DataFrame(
        {"name": HOSTILE, "change": [-1.5] * len(HOSTILE), "=head": [None] * len(HOSTILE)}
    )


def test_csv_quotes_text_that_would_run_and_nothing_else(frame):
    text = frames.csv(frame)
    assert text.startswith(b"\xef\xbb\xbf")
    found = pd.read_csv(io.BytesIO(text), dtype=str, keep_default_na=False)
    assert found["name"].tolist() == [f"'{t}" for t in RUNS] + HOSTILE[6:]
    assert set(found["change"]) == {"-1.5"}
    assert list(found) == ["name", "change", "'=head"]


def test_csv_quotes_categories_too(frame):
    text = frames.csv(frame.astype({"name": "category"})).decode("utf-8-sig")
    assert "'=1+1" in text


def test_workbook_holds_text_and_no_formula(frame):
    file = frames.workbook(frame)
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        assert not [n for n in parts.namelist() if b"<f>" in parts.read(n)]
    sheet = openpyxl.load_workbook(io.BytesIO(file))["Data"]
    found = [row[0] or "" for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [t.replace("_x000D_", "\r") for t in found] == HOSTILE
    assert sheet["B2"].value == -1.5


def test_workbook_takes_what_a_database_holds():
    frame = pd.DataFrame(
        {
            "when": pd.to_datetime(["2026-11-25 10:00+01:00"]),
            "long": ["x" * 40_000],
            "list": [[1, 2]],
            "flag": [True],
        }
    )
    sheet = openpyxl.load_workbook(io.BytesIO(frames.workbook(frame)))["Data"]
    when, long, items, flag = next(sheet.iter_rows(min_row=2, values_only=True))
    assert str(when) == "2026-11-25 09:00:00"
    assert len(long) == frames.LONGEST_CELL
    assert (items, flag) == ("[1, 2]", True)


def test_too_many_rows_for_a_sheet_are_refused_with_advice(monkeypatch):
    monkeypatch.setattr(frames, "MOST_ROWS_OF_A_SHEET", 2)
    with pytest.raises(ValueError, match="take the CSV file"):
        frames.workbook(pd.DataFrame({"a": [1, 2, 3]}))


def test_exports_leave_the_frame_alone(frame):
    before = frame.copy()
    frames.csv(frame)
    frames.workbook(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("Dairy & <b>eggs</b>", "../../etc"), "dairy-b-eggs-b-etc"),
        (("x" * 300,), "x" * 100),
        (("\u202egnp.exe 😀",), "gnp-exe"),
        (("<>",), "table"),
    ],
)
def test_file_names_are_words(parts, name):
    assert frames.file_name(*parts) == name
