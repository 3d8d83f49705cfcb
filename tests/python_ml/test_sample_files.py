"""The files of the sample chain depend on what was asked for alone, and so does the command."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest
from sample_files import SMALL, digests, read, write

from python_ml import sample_data
from python_ml.sample_data import Settings, make_world, sales_chunks

ROOT = Path(__file__).resolve().parents[2]


# --- the files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path, file_format):
    """Files depend on the seed and on nothing else."""
    first, again = (write(tmp_path / name, file_format=file_format) for name in ("a", "b"))
    other = write(tmp_path / "c", file_format=file_format, seed=12)
    assert digests(first) == digests(again)
    same = {name for name in digests(other) if digests(other)[name] == digests(first)[name]}
    # Which products there are does not depend on chance.
    assert same == {"internal/products.csv"}


@pytest.mark.parametrize("dirt", [True, False])
def test_both_formats_hold_the_same(tmp_path, dirt):
    """CSV and Parquet hold the same rows in the same order."""
    in_csv = write(tmp_path / "csv", dirt=dirt)
    in_parquet = write(tmp_path / "parquet", dirt=dirt, file_format="parquet")
    left = read(in_csv / "internal" / "sales.csv")
    right = read(in_parquet / "internal" / "sales.parquet")
    if not dirt:
        left["sales_amount"] = left["sales_amount"].astype(float)
        right["sales_amount"] = right["sales_amount"].astype(float)
    pd.testing.assert_frame_equal(left, right, check_dtype=False)
    others = [
        {k: v for k, v in digests(f).items() if "sales" not in k} for f in (in_csv, in_parquet)
    ]
    assert others[0] == others[1]


def test_parquet_is_typed_when_it_can_be(tmp_path):
    """Only dirt turns dates and amounts into text."""
    clean = write(tmp_path / "clean", file_format="parquet", dirt=False)
    dirty = write(tmp_path / "dirty", file_format="parquet")
    text, units = pa.string(), pa.int32()
    typed = pa_parquet.read_schema(clean / "internal" / "sales.parquet")
    assert typed.types == [text, text, pa.date32(), units, pa.float64()]
    untyped = pa_parquet.read_schema(dirty / "internal" / "sales.parquet")
    assert untyped.types == [text, text, text, units, text]


# --- streaming ---------------------------------------------------------------------------------


def test_the_size_of_the_chunks_changes_nothing():
    """Chunks of any size make the same file."""
    world = make_world(Settings(**SMALL, dirt=True))
    tables = []
    for chunk_rows in (1, 5_000, 10**9):
        chunks = list(sales_chunks(world, chunk_rows=chunk_rows))
        parts = [sample_data.sales_table(world, chunk, ".csv") for chunk in chunks]
        tables.append(pa.concat_tables(parts).combine_chunks())
    assert len(chunks) == 1
    assert tables[0].equals(tables[1])
    assert tables[0].equals(tables[2])


def test_chunks_do_not_grow_with_the_rows():
    """Ten times the stores need no larger chunks."""
    most = []
    for stores in (60, 600):
        world = make_world(Settings(**(SMALL | {"stores": stores, "weeks": 4}), dirt=False))
        sizes = [len(chunk) for chunk in sales_chunks(world, chunk_rows=2_000)]
        assert all(size >= 2_000 for size in sizes[:-1])
        most.append(max(sizes))
    assert most[1] <= 1.1 * most[0]


# --- the command -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stores", 10),
        ("weeks", 0),
        ("weeks", 2.5),
        ("categories", 0),
        ("products_per_need_state", -1),
        ("seed", -1),
    ],
)
def test_a_wrong_argument_is_named_with_what_is_allowed(tmp_path, name, value):
    """The sentence names the argument, its value and the range."""
    with pytest.raises(ValueError, match=f"^{name} is {value}; it must be a whole number from"):
        write(tmp_path / "out", **{name: value})
    assert not (tmp_path / "out").exists()


def test_an_unknown_format_is_refused(tmp_path):
    """Only the two formats are written."""
    with pytest.raises(ValueError, match="must be csv or parquet"):
        write(tmp_path, file_format="xlsx")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--stores", "5"], "stores is 5; it must be a whole number from 60 to 100,000."),
        (["--rows", "10"], "10 sales rows cannot come out of 240 stores and 4 categories"),
        (["--rows", "100", "--weeks", "9"], "give --rows or --weeks, not both"),
        (["--format", "xlsx"], "invalid choice: 'xlsx'"),
    ],
)
def test_the_command_refuses_in_a_sentence(tmp_path, capsys, arguments, sentence):
    """The command explains what is wrong and writes nothing."""
    with pytest.raises(SystemExit) as stopped:
        sample_data.main(["--out", str(tmp_path / "out"), *arguments])
    assert stopped.value.code == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("rows", "stores"), [(40_000, 240), (300_000, 240), (250_000, 60), (900_000, 600)]
)
def test_about_as_many_rows_as_asked_for(rows, stores):
    """The row count asked for is met, to a week."""
    weeks, products = sample_data.size_for_rows(
        rows, stores=stores, categories=4, products_per_need_state=3
    )
    world = make_world(Settings(stores, weeks, 4, products, 5, True))
    made = sum(map(len, sales_chunks(world, chunk_rows=100_000)))
    # A whole week more or less is all that can be chosen.
    assert made == pytest.approx(rows, rel=0.03 + 0.5 / weeks)


def test_files_of_others_are_left_alone(tmp_path):
    """Real data in the folder is never replaced."""
    own_sales = tmp_path / "internal" / "sales.csv"
    own_sales.parent.mkdir()
    own_sales.write_text("mine")
    with pytest.raises(FileExistsError, match="was not written as sample data"):
        write(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["sales.csv"]
    assert own_sales.read_text() == "mine"


def test_a_second_run_leaves_one_sales_file(tmp_path):
    """Changing the format does not leave the sales there twice."""
    write(tmp_path)
    write(tmp_path, file_format="parquet")
    assert [path.name for path in (tmp_path / "internal").glob("sales.*")] == ["sales.parquet"]


def test_the_plain_command_writes_the_year_2025(tmp_path):
    """The first command of the documentation gives one full year."""
    result = subprocess.run(
        [sys.executable, "-m", "python_ml.sample_data", "--out", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.startswith("Wrote ")
    sales = pd.read_csv(tmp_path / "internal" / "sales.csv", dtype=str)
    assert 500_000 < len(sales) <= 800_000
    weeks = sorted(set(sales["week"]) - {sample_data.UNREADABLE_DATE})
    assert (len(weeks), weeks[0], weeks[-1]) == (52, "2025-01-06", "2025-12-29")
    assert read(tmp_path / "external" / "footfall.csv")["month"].nunique() == 12
