"""Whether two implementations gave the same feature matrix."""

import argparse
import json
import sys
from pathlib import Path

import duckdb

TOLERANCE = 1e-6


def difference(one: Path, other: Path) -> dict:
    """Compare two matrices, each a Parquet file or the working file of a build.

    Returns
    -------
    dict
        ``values`` (cells of both together), ``unmatched`` (cells that only one has, or that have
        no number) and ``largest`` (difference of two numbers for the same cell).
    """
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            if path.suffix == ".duckdb":
                connection.execute(f"attach '{path}' as {name}_file (read_only)")
                relation = f"{name}_file.features.feat_internal_scaled"
            else:
                relation = f"read_parquet('{path}')"
            connection.execute(f"create view {name} as from {relation}")
        [(values, unmatched, largest)] = connection.execute("""
            select
                count(*),
                count(*) filter (where one.value is null or other.value is null),
                coalesce(max(abs(one.value - other.value)), 0)
            from one
            full join other
                on
                    one.category = other.category
                    and one.store_id = other.store_id
                    and one.feature = other.feature
        """).fetchall()
    return {"values": values, "unmatched": unmatched, "largest": largest}


def main() -> int:
    """Print the difference as JSON; the exit code is 1 if it is more than rounding."""
    parser = argparse.ArgumentParser(description="Compare two feature matrices.")
    parser.add_argument("one", type=Path)
    parser.add_argument("other", type=Path)
    args = parser.parse_args()
    found = difference(args.one, args.other)
    print(json.dumps(found))
    agree = found["values"] and not found["unmatched"] and found["largest"] <= TOLERANCE
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
