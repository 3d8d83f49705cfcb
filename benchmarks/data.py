"""The generated data sets of the benchmarks, made once and kept outside the repository."""

import json
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
STORES, CATEGORIES = 5_000, 20
# What the sample chain needs at least, with some air: rows per store and category, and stores.
FEWEST_ROWS, FEWEST_STORES = 25, 60


@dataclass(frozen=True)
class Data:
    """A generated chain; `rows` is what is asked for, the generator comes close to it."""

    rows: int
    file_format: str
    stores: int
    categories: int
    is_dirty: bool = False

    @property
    def name(self) -> str:
        """The folder it is kept in."""
        kind = f"{self.file_format}_dirty" if self.is_dirty else self.file_format
        return f"{self.rows}_rows_{self.stores}_stores_{self.categories}_categories_{kind}"


def sized(rows: float, file_format: str, *, stores: int = STORES, is_dirty: bool = False) -> Data:
    """Return a chain of so many rows; a small one has fewer stores, then fewer categories.

    Examples
    --------
    >>> sized(1e8, "parquet").name
    '100000000_rows_5000_stores_20_categories_parquet'
    >>> sized(3000, "csv").name
    '3000_rows_60_stores_2_categories_csv'
    """
    rows = max(round(rows), FEWEST_ROWS * FEWEST_STORES)
    stores = min(stores, max(FEWEST_STORES, rows // (FEWEST_ROWS * CATEGORIES)))
    categories = min(CATEGORIES, rows // (FEWEST_ROWS * stores))
    return Data(rows, file_format, stores, categories, is_dirty)


def make(data: Data, folder: Path) -> dict:
    """Generate the files in `folder` unless they are there; return what they hold.

    Returns
    -------
    dict
        The fields of `Data`, with ``rows`` as written, and ``bytes`` of the sales file.
    """
    note = folder / "made.json"
    if not note.exists():
        print(f"Generating {folder.name} ...", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "python_ml.sample_data", "--out", str(folder)]
        command += ["--rows", str(data.rows), "--format", data.file_format]
        command += ["--stores", str(data.stores), "--categories", str(data.categories)]
        command += [] if data.is_dirty else ["--clean"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        rows = int(re.search(r"Wrote ([\d,]+) sales rows", done.stdout)[1].replace(",", ""))
        made = asdict(data) | {"rows": rows, "bytes": sales_file(data, folder).stat().st_size}
        note.write_text(json.dumps(made))
    return json.loads(note.read_text())


def sales_file(data: Data, folder: Path) -> Path:
    """The sales of a chain."""
    return folder / "internal" / f"sales.{data.file_format}"
