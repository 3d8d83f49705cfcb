"""Read-only access to the published database, one version of it at a time.

A publish replaces the file. Each run of a page asks once for the `version()` it
will show and hands it to every query; a query that would read another version
raises `RepublishedError` instead, so a page never mixes two. Nothing stays open
between queries but in a server, which keeps a few connections; as a publish puts
another file in the place of this one, a reader is never in its way.
"""

import logging
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from functools import cache, lru_cache
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any, NamedTuple

import duckdb
import pandas as pd
import streamlit as st

from app.data import locked
from app.data.macros import MACROS

NOTHING_PUBLISHED = "No published clusters yet. Run `make run`."

CONTRACT = {
    "store_clusters": {
        "category",
        "store_id",
        "store_name",
        "internal_cluster_id",
        "external_cluster_id",
        "merged_label",
        "final_cluster_id",
        "final_label",
        "is_reassigned",
        "is_outlier",
        "assignment_basis",
        "distance",
        "second_cluster_id",
        "second_distance",
        "confidence",
        "sales_amount",
    },
    "clusters": {
        "category",
        "final_cluster_id",
        "final_label",
        "name",
        "store_count",
        "sales_amount",
        "sales_share",
        "is_small",
        "medoid_store_id",
    },
    "stores": {"store_id", "store_name", "latitude", "longitude"},
    "store_attributes": {"store_id", "attribute", "value"},
    "stores_without_cluster": {"category", "store_id", "reason", "sales_amount"},
    "cluster_count_scores": {"category", "dataset", "k", "is_chosen", "reason"},
    "data_coverage": {
        "source",
        "category",
        "rows_read",
        "rows_accepted",
        "rows_rejected",
        "sales_accepted",
        "sales_unmapped",
        "sales_without_cluster",
    },
    "runs": {"run_id", "target", "status", "started_at", "seconds", "versions"},
}
"""The columns of the schema `marts` without which there is nothing to show. Of any
other table a page asks with `has_table` first."""

_log = logging.getLogger(__name__)

AT_ONCE = 2
"""Questions of pages that are computed at the same time, over all visitors."""

MEMORY = "64MB"
"""What each of them may take before it is asked again without a limit."""

REMEMBERED = "64MB"
"""Answers that the server keeps, in all."""

KEEPS_OPEN = False
"""Whether connections stay open between questions, as in a server: opening one takes longer than
most questions."""

_turns = BoundedSemaphore(AT_ONCE)
_one_takes = Lock()

kept: list[tuple["Version", duckdb.DuckDBPyConnection]] = []
"""Connections that wait for the next question."""


class UnavailableError(Exception):
    """There is nothing to show; the message tells the reader what to do."""


class RepublishedError(Exception):
    """The file was replaced while a page was being made: make it again."""


class Version(NamedTuple):
    """One published file: where it lies, which file it is, when it was written."""

    path: str
    inode: int
    modified_ns: int


def path() -> Path:
    """Where the published database lies: `${WAREHOUSE_DIR}/${ENV}.duckdb`."""
    folder = os.environ.get("WAREHOUSE_DIR") or "warehouse"
    return Path(folder) / f"{os.environ.get('ENV') or 'prod'}.duckdb"


def version() -> Version:
    """Return the version that is published now, after a look at its tables."""
    current = _version_on_disk(str(path().absolute()))
    if current is None:
        raise UnavailableError(NOTHING_PUBLISHED)
    fault = _fault(current)
    if fault:
        raise UnavailableError(
            f"`{path()}` is not a database of store clusters: {fault}. "
            "Point `WAREHOUSE_DIR` and `ENV` to a published one, or run `make run`."
        )
    return current


def read(
    version: Version,
    sql: str,
    parameters: Sequence[Any] | dict[str, Any] = (),
    macros: str = MACROS,
) -> pd.DataFrame:
    """Return the rows of one statement on this version of the database, asked anew."""
    with closing(connect(version, macros)) as connection:
        return connection.execute(sql, parameters).df()


def query(
    version: Version,
    sql: str,
    parameters: Sequence[Any] | dict[str, Any] = (),
) -> pd.DataFrame:
    """Return the rows of one statement, from the memory of the server if there is one."""
    ask = _memory() if st.runtime.exists() else read
    return ask(version, sql, parameters)


@cache
def _memory() -> Callable[..., pd.DataFrame]:
    """Make the memory when a server first asks: without one Streamlit warns of it."""
    return st.cache_data(read_kept, max_size=REMEMBERED, show_spinner=False)


def read_kept(
    version: Version, sql: str, parameters: Sequence[Any] | dict[str, Any]
) -> pd.DataFrame:
    """Return the rows of one statement, on a connection that may stay open for the next one."""
    with _turns:
        connection = _take(version)
        try:
            found = connection.execute(sql, parameters).df()
        except duckdb.OutOfMemoryException:
            connection.close()
            _log.warning("A page needs more than %s: asked again without a limit", MEMORY)
            with closing(connect(version)) as unlimited:
                return unlimited.execute(sql, parameters).df()
        except duckdb.Error:
            connection.close()
            raise
        if KEEPS_OPEN:
            kept.append((version, connection))
        else:
            connection.close()
        return found


def _take(version: Version) -> duckdb.DuckDBPyConnection:
    """Return a connection to this version that nobody uses; those to another one are closed."""
    _check_unchanged(version)
    with _one_takes:
        while kept:
            of, connection = kept.pop()
            if of == version:
                return connection
            connection.close()
    return connect(version, f"set memory_limit = '{MEMORY}';{MACROS}")


@lru_cache(maxsize=8)
def columns(version: Version) -> dict[str, set[str]]:
    """Which columns each published table has; a version is looked at once."""
    found = read(
        version,
        "select table_name, column_name from information_schema.columns "
        "where table_catalog = 'published' and table_schema = 'marts'",
        macros="",
    )
    return found.groupby("table_name")["column_name"].agg(set).to_dict()


def has_table(version: Version, name: str) -> bool:
    """Whether this version has a table of that name in the schema `marts`."""
    return name in columns(version)


def connect(version: Version, macros: str = MACROS) -> duckdb.DuckDBPyConnection:
    """Open this version, so that it can be read and nothing else can be done.

    Parameters
    ----------
    macros
        What queries may call; they read the tables of the contract.

    Notes
    -----
    The file is attached to an in-memory database because DuckDB caches databases
    by path within a process and would go on serving the replaced file.
    """
    with ExitStack() as on_failure:
        connection = on_failure.enter_context(closing(locked.unlocked()))
        try:
            locked.attach(connection, version.path)
        except duckdb.Error:
            _check_unchanged(version)
            raise
        _check_unchanged(version)
        connection.execute(macros)
        locked.lock(connection)
        on_failure.pop_all()
        return connection


def _check_unchanged(version: Version) -> None:
    """Stop when another file lies there by now."""
    if _version_on_disk(version.path) != version:
        raise RepublishedError


def _version_on_disk(location: str) -> Version | None:
    """Which file lies there now, if any."""
    try:
        found = Path(location).stat()
    except OSError:
        return None
    return Version(location, found.st_ino, found.st_mtime_ns)


def _fault(version: Version) -> str:
    """Say what is wrong with the file, if anything is."""
    try:
        present = columns(version)
    except duckdb.Error as error:
        _log.warning("%s cannot be read: %s", version.path, error)
        return "DuckDB cannot read it"
    missing = [f"marts.{table}" for table in CONTRACT if table not in present] + [
        f"marts.{table}.{column}"
        for table, columns in CONTRACT.items()
        for column in sorted(columns - present.get(table, columns))
    ]
    if not missing:
        return ""
    _log.warning("%s lacks %s", version.path, ", ".join(missing))
    others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    return f"it lacks `{missing[0]}`{others}"
