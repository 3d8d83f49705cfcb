"""A believable retail chain, made from a seed, whose true groups and defects are known.

What a clustering finds in real data cannot be checked: nobody knows the truth. Here it is
planted. Every store has, for each category, one *internal* group (what it sells) and one
*external* group (where it stands), and the files hold the defects real exports have. Both are
written down in ``truth/``, which only tests and people read.

Run ``python -m python_ml.sample_data --out data`` for the files, or call `write_sample_data`.

Notes
-----
Sales are made store by store, each store from its own random stream, and written as they are
made. So the size of the chunks changes nothing, and memory does not grow with the rows.

The same arguments give byte-identical files (with the same versions of numpy and pyarrow).
"""

import argparse
import csv
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from python_ml.sample_chain.request import Settings, check_settings, size_for_rows
from python_ml.sample_chain.sales import ROWS_OF_A_SMALL_STORE, sales_chunks
from python_ml.sample_chain.tables import (
    footfall_table,
    neighbourhood_rows,
    product_rows,
    sales_schema,
    sales_table,
    store_rows,
)
from python_ml.sample_chain.truth import LISTED_KEYS, store_dirt, truth_rows
from python_ml.sample_chain.words import UNREADABLE_DATE
from python_ml.sample_chain.world import World, make_world

__all__ = [
    "ROWS_OF_A_SMALL_STORE",
    "UNREADABLE_DATE",
    "Settings",
    "main",
    "make_world",
    "sales_chunks",
    "sales_table",
    "size_for_rows",
    "write_sample_data",
]

CHUNK_ROWS = 500_000
FILE_FORMATS = ("csv", "parquet")

# Quoting everything would cost a third of the size and time; no value holds a comma.
CSV_OPTIONS = pa_csv.WriteOptions(include_header=False, quoting_style="none", batch_size=65_536)

WRITTEN_FILES = (
    "internal/sales.csv",
    "internal/sales.parquet",
    "internal/products.csv",
    "stores.csv",
    "external/neighbourhoods.csv",
    "external/footfall.csv",
)


def write_sample_data(
    out: Path,
    *,
    stores: int,
    weeks: int,
    categories: int,
    products_per_need_state: int,
    seed: int,
    file_format: str,
    dirt: bool,
) -> dict:
    """Write the chain's files below `out` and return what was planted.

    Parameters
    ----------
    out : Path
        Folder for the files. Files of an earlier run are replaced; files that did not come
        from here are never touched: then nothing is written.
    stores : int
        Stores in ``stores.csv``.
    weeks : int
        Weeks of sales; the last one starts on 2025-12-29, so 52 weeks are the year 2025.
    categories : int
        Categories, each with five or six need states and three or four internal groups.
    products_per_need_state : int
        Products whose first need state is a given one.
    seed : int
        The same seed and arguments give the same bytes.
    file_format : {"csv", "parquet"}
        Format of the sales file. With dirt, its ``week`` and ``sales_amount`` are text in
        Parquet too, because an unreadable date has no other place.
    dirt : bool
        Whether to plant defects.

    Returns
    -------
    dict
        ``stores``, ``postal_codes``, ``products``, ``weeks``, ``sales_rows``, and under
        ``dirt`` the number of each kind of defect.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     counts = write_sample_data(
    ...         Path(folder), stores=60, weeks=4, categories=1, products_per_need_state=1,
    ...         seed=7, file_format="csv", dirt=False,
    ...     )
    ...     header, *_ = (Path(folder) / "internal" / "sales.csv").read_text().split()
    >>> header, counts["stores"], counts["dirt"]
    ('store_id,product_id,week,units,sales_amount', 60, {})
    """
    settings = Settings(stores, weeks, categories, products_per_need_state, seed, dirt)
    check_settings(settings)
    if file_format not in FILE_FORMATS:
        raise ValueError(f"file_format is {file_format!r}; it must be csv or parquet.")
    out = Path(out)
    _make_room(out)

    world = make_world(settings)
    kinds = store_dirt(world)
    neighbourhoods = neighbourhood_rows(world, kinds)
    footfall = footfall_table(world, kinds)
    # The truth goes first: it marks the folder as ours, should a run be interrupted.
    _write_truth(out, world, kinds)
    _write_rows(out / "internal" / "products.csv", product_rows(world))
    _write_rows(out / "stores.csv", store_rows(world))
    _write_rows(out / "external" / "neighbourhoods.csv", neighbourhoods)
    _write_csv_table(out / "external" / "footfall.csv", footfall)
    sales_rows = _write_sales(out / "internal" / f"sales.{file_format}", world, kinds)
    _write_truth(out, world, kinds)
    return {
        "stores": stores,
        "postal_codes": len(world.postal_codes.postal_code),
        "products": len(world.assortment.product_id),
        "weeks": weeks,
        "sales_rows": sales_rows,
        "dirt": {kind: entry["count"] for kind, entry in kinds.items()},
    }


# --- files -------------------------------------------------------------------------------------


def _make_room(out: Path) -> None:
    """Create the folders; refuse to replace files that were not written here."""
    present = [name for name in WRITTEN_FILES if (out / name).exists()]
    if present and not (out / "truth" / "dirt.json").exists():
        raise FileExistsError(
            f"{out / present[0]} was not written as sample data (there is no "
            f"{out / 'truth' / 'dirt.json'}); nothing was changed. Choose another folder."
        )
    # A sales file of the other format would be read as well and double the sales.
    for name in present:
        (out / name).unlink()
    for folder in ("internal", "external", "truth"):
        (out / folder).mkdir(parents=True, exist_ok=True)


def _write_rows(path: Path, rows: Iterable[tuple]) -> None:
    """Write a small CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _write_csv_table(path: Path, table: pa.Table) -> None:
    """Write a larger CSV file, without quotes."""
    with path.open("wb") as file:
        file.write((",".join(table.column_names) + "\n").encode())
        pa_csv.write_csv(table, file, CSV_OPTIONS)


def _write_truth(out: Path, world: World, kinds: dict) -> None:
    """Write the truth, which no pipeline reads."""
    _write_rows(out / "truth" / "stores.csv", truth_rows(world))
    text = json.dumps({"seed": world.settings.seed, "kinds": kinds}, indent=1, sort_keys=True)
    (out / "truth" / "dirt.json").write_text(text + "\n", encoding="utf-8")


def _write_sales(path: Path, world: World, kinds: dict) -> int:
    """Stream the sales to their file, note the keys of the row defects, count the rows."""
    keys: dict[str, list] = defaultdict(list)
    rows = 0
    with _sales_writer(path, world) as writer:
        for chunk in sales_chunks(world, chunk_rows=CHUNK_ROWS):
            writer.write_table(sales_table(world, chunk, path.suffix))
            rows += len(chunk)
            for kind, store, product, week in chunk.planted:
                if len(keys[kind]) < LISTED_KEYS:
                    keys[kind].append(
                        {
                            "store_id": world.stores.store_id[store],
                            "product_id": world.assortment.product_id[product],
                            "week": str(world.weeks[week]),
                        }
                    )
    for kind, found in keys.items():
        kinds[kind]["keys"] = found
    return rows


@contextmanager
def _sales_writer(
    path: Path, world: World
) -> Iterator[pa_csv.CSVWriter | pa_parquet.ParquetWriter]:
    """Open the sales file."""
    schema = sales_schema(path.suffix, world.settings.dirt)
    if path.suffix == ".parquet":
        with pa_parquet.ParquetWriter(path, schema) as writer:
            yield writer
        return
    with path.open("wb") as file:
        file.write((",".join(schema.names) + "\n").encode())
        with pa_csv.CSVWriter(file, schema, write_options=CSV_OPTIONS) as writer:
            yield writer


# --- the command -------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    """Describe the command."""
    parser = argparse.ArgumentParser(
        prog="python -m python_ml.sample_data",
        description="Write a made-up retail chain whose true store groups are known.",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    parser.add_argument("--stores", type=int, default=240)
    parser.add_argument("--weeks", type=int, help="weeks of sales up to the end of 2025 (52)")
    parser.add_argument("--categories", type=int, default=4)
    parser.add_argument("--products-per-need-state", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--format", choices=FILE_FORMATS, default="csv", dest="file_format")
    parser.add_argument("--clean", action="store_true", help="plant no defects")
    parser.add_argument("--rows", type=int, help="about so many sales rows: chooses the weeks")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: write the files and say what was written."""
    parser = _parser()
    args = parser.parse_args(arguments)
    if args.rows is not None and args.weeks is not None:
        parser.error("--rows chooses the weeks; give --rows or --weeks, not both.")
    weeks = 52 if args.weeks is None else args.weeks
    products = args.products_per_need_state
    started = time.perf_counter()
    try:
        check_settings(
            Settings(args.stores, weeks, args.categories, products, args.seed, not args.clean)
        )
        if args.rows is not None:
            weeks, products = size_for_rows(
                args.rows,
                stores=args.stores,
                categories=args.categories,
                products_per_need_state=products,
            )
        counts = write_sample_data(
            args.out,
            stores=args.stores,
            weeks=weeks,
            categories=args.categories,
            products_per_need_state=products,
            seed=args.seed,
            file_format=args.file_format,
            dirt=not args.clean,
        )
    except (ValueError, OSError) as error:
        parser.error(str(error))
    seconds = time.perf_counter() - started
    print(
        f"Wrote {counts['sales_rows']:,} sales rows of {counts['stores']:,} stores, "
        f"{counts['products']:,} products and {counts['weeks']} weeks to {args.out} "
        f"in {seconds:.1f} s."
    )
    if counts["dirt"]:
        print(f"Planted {len(counts['dirt'])} kinds of defects; see {args.out / 'truth'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
