"""A small published database, as a full build would leave it.

Its tables are those of the contracts beside the models, so that a page never reads
a column that no build writes. What a table holds of the stores is in `small_tables`.
"""

from pathlib import Path
from typing import Any

import duckdb
import small_models
import small_tables
import yaml
from small_tables import CATEGORIES, HOSTILE_CATEGORY, HOSTILE_CLUSTER, HOSTILE_STORES

__all__ = ["CATEGORIES", "HOSTILE_CATEGORY", "HOSTILE_CLUSTER", "HOSTILE_STORES", "write_published"]

MARTS = Path(__file__).resolve().parents[1] / "models" / "marts"


def contracts() -> dict[str, dict[str, str]]:
    """Types of the columns of every published table."""
    found = dict(small_models.LATER)
    for path in sorted(MARTS.glob("*.yml")):
        for model in yaml.safe_load(path.read_text()).get("models", ()):
            found[model["name"]] = {c["name"]: c["data_type"] for c in model["columns"]}
    return found


def write_published(path: Path, *, run_id: str = "5f0c2a9e-full", clustered: int = 38) -> None:
    """Write a database of 40 stores.

    In each category the first `clustered` stores are in three clusters, the rest in none.
    """
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        for table, columns in contracts().items():
            listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            connection.execute(f"create table marts.{table} ({listed})")
        for table, rows in small_tables.tables(run_id, clustered).items():
            insert(connection, table, rows)
        for statement in small_tables.DERIVED:
            connection.execute(statement)


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Add rows of the same columns to a table; columns that they lack stay empty."""
    if rows:
        names = ", ".join(rows[0])
        marks = ", ".join([f"({', '.join('?' * len(rows[0]))})"] * len(rows))
        values = [value for row in rows for value in row.values()]
        connection.execute(f"insert into marts.{table} ({names}) values {marks}", values)
