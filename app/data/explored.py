"""A table that somebody explores by hand: its fields, and the rows behind a chart.

The browser says what it wants to see as a workflow of Graphic Walker, never as SQL. The
SQL is made here, of that workflow, and asked of one table on a locked connection.
"""

import math
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any

import duckdb
import pyarrow as pa

from app.data import locked, published

TABLE = "explored"
"""What the table is called on its connection, whatever its own name."""

SECONDS = 20
"""How long one chart may compute."""

MOST_ROWS = 200_000
"""How many rows one chart may draw."""

FEW_VALUES = 24
"""Up to so many values a field divides a first chart into parts that can be told apart."""

MEMORY = "128MB"
"""What a chart may take: it can ask for any columns of any table, so more than a page does."""

_PREPARE = f"set memory_limit = '{MEMORY}'; set preserve_insertion_order = false;"

_PLACES = {"latitude", "longitude", "lat", "lon"}
_FIRST = ("final_cluster_id", "category", "dataset")
"""Fields that a first chart is divided by before others."""


class RefusedError(ValueError):
    """What was asked for is not answered; the message says why and what to do."""


class Explored:
    """One table, opened anew for every question."""

    def __init__(self, connect: Callable[[], duckdb.DuckDBPyConnection]) -> None:
        """Explore what a locked connection calls `TABLE`."""
        self._connect = connect

    @cached_property
    def is_empty(self) -> bool:
        """Whether the table has no rows, and there is nothing to draw."""
        with closing(self._connect()) as connection:
            return not connection.table(TABLE).limit(1).fetchall()

    @cached_property
    def fields(self) -> list[dict[str, str]]:
        """Return the fields as Graphic Walker has them: name, kind, and part in a chart.

        Whole numbers with few values, such as the numbers of clusters, divide a chart into
        parts; other numbers are measured.
        """
        with closing(self._connect()) as connection:
            table = connection.table(TABLE)
            return [
                _field(name, kind, kind == "whole" and _few(table, name))
                for name, kind in _kinds(table)
            ]

    @cached_property
    def metas(self) -> list[dict[str, str]]:
        """Return the types of the fields as the maker of the SQL has them."""
        types = {
            "whole": "number",
            "text": "string",
            "time": "datetime",
            "time with zone": "datetime_tz",
        }
        with closing(self._connect()) as connection:
            return [
                {"key": name, "type": types.get(kind, kind)}
                for name, kind in _kinds(connection.table(TABLE))
            ]

    @cached_property
    def first_chart(self) -> dict[str, Any]:
        """Return a chart to start with, in Vega-Lite: rows counted by a field of few values."""
        nominal = [field["fid"] for field in self.fields if field["semanticType"] == "nominal"]
        nominal.sort(key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
        with closing(self._connect()) as connection:
            table = connection.table(TABLE)
            parts = next((name for name in nominal if _few(table, name)), None)
        if parts is None:
            return {"mark": "bar", "encoding": {"y": {"aggregate": "count"}}}
        field = {"field": parts, "type": "nominal"}
        return {
            "mark": "bar",
            "encoding": {"x": field, "y": {"aggregate": "count"}, "color": field},
        }

    def rows(self, payload: Any) -> list[dict[str, Any]]:
        """Return the rows of one workflow.

        Raises
        ------
        RefusedError
            The workflow holds SQL, names a field that is not there, takes too long or too
            much memory, or yields more rows than can be drawn.
        """
        sql = to_sql(payload, self.metas)
        with closing(self._connect()) as connection:
            timer = threading.Timer(SECONDS, connection.interrupt)
            timer.start()
            try:
                asked = connection.execute(sql)
                names = [column[0] for column in asked.description]
                found = asked.fetchmany(MOST_ROWS + 1)
            except duckdb.InterruptException:
                raise RefusedError(
                    f"The chart takes longer than {SECONDS} seconds: filter or use fewer fields."
                ) from None
            except duckdb.OutOfMemoryException:
                raise RefusedError(
                    "The chart needs too much memory: filter or use fewer fields."
                ) from None
            except duckdb.Error as error:
                problem = str(error).splitlines()[0]
                raise RefusedError(f"The chart cannot be computed: {problem}") from None
            finally:
                timer.cancel()
        if len(found) > MOST_ROWS:
            raise RefusedError(
                f"The chart has more than {MOST_ROWS:,} marks: aggregate or filter first."
            )
        return [dict(zip(names, map(as_json, row), strict=True)) for row in found]


def of_published(version: published.Version, table: str) -> Explored:
    """Explore a published table.

    Raises
    ------
    published.UnavailableError
        This version has no such table.
    """
    if not published.has_table(version, table):
        raise published.UnavailableError(f"This publish has no table `{table}`. Choose another.")
    quoted = table.replace('"', '""')
    view = f'create temp view {TABLE} as from marts."{quoted}";'
    return Explored(lambda: published.connect(version, macros=f"{_PREPARE} {view}"))


def of_upload(table: pa.Table) -> Explored:
    """Explore a table in memory, such as an uploaded one."""

    def connect() -> duckdb.DuckDBPyConnection:
        connection = locked.unlocked()
        connection.execute(_PREPARE)
        connection.register(TABLE, table)
        locked.lock(connection)
        return connection

    return Explored(connect)


def to_sql(payload: Any, metas: list[dict[str, str]]) -> str:
    """Return the SQL of a workflow: one statement that reads.

    Raises
    ------
    RefusedError
        The workflow holds SQL of its own, or is none.

    Examples
    --------
    >>> to_sql(
    ...     {"workflow": [{"type": "view", "query": [{"op": "raw", "fields": ["a"]}]}]},
    ...     [{"key": "a", "type": "number"}],
    ... )
    'SELECT "a" FROM (SELECT * FROM "explored") AS "k6s_base_table"'
    """
    if not isinstance(payload, dict) or not isinstance(payload.get("workflow"), list):
        raise RefusedError("This is not a workflow of the explorer.")
    if _holds_sql(payload):
        raise RefusedError("Fields computed by SQL are not allowed here: use the other kinds.")
    # takes seconds and 70 MB: only for those who explore
    from gw_dsl_parser import get_sql_from_payload

    sql = get_sql_from_payload(TABLE, payload, {TABLE: metas})
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error:
        statements = []  # the maker of the SQL answers with its complaint instead
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise RefusedError(
            "The workflow cannot be understood: remove the last field and try again."
        )
    return sql


def as_json(value: Any) -> Any:
    """Return a value as a chart takes it: times in milliseconds, no number that is none.

    Examples
    --------
    >>> as_json(datetime(1970, 1, 1, 0, 1)), as_json(float("nan")), as_json(Decimal("1.5"))
    (60000, None, 1.5)
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float | Decimal):
        number = float(value) if isinstance(value, Decimal) else value
        return number if math.isfinite(number) else None
    if isinstance(value, datetime):
        return round((value.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds() * 1000)
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _holds_sql(part: Any) -> bool:
    """Whether a part of a workflow brings SQL: as a view, a computed field or an aggregate."""
    if isinstance(part, dict):
        brings = "sql" in part or part.get("type") == "sql" or part.get("agg") == "expr"
        return brings or any(map(_holds_sql, part.values()))
    return isinstance(part, list) and any(map(_holds_sql, part))


def _kinds(table: duckdb.DuckDBPyRelation) -> list[tuple[str, str]]:
    """Return of each field its name, and whether it is a number, a time or text."""
    return [(name, _kind(str(of))) for name, of in zip(table.columns, table.dtypes, strict=True)]


def _kind(of: str) -> str:
    """Return what values of a type of DuckDB are.

    Examples
    --------
    >>> [_kind(of) for of in ("UBIGINT", "DECIMAL(38,4)", "DATE", "VARCHAR", "INTEGER[]")]
    ['whole', 'number', 'time', 'text', 'text']
    """
    if of.endswith("]") or of.startswith(("STRUCT", "MAP", "INTERVAL")):
        return "text"
    if of.startswith(("TIMESTAMP", "DATE")):
        return "time with zone" if of.endswith("TIME ZONE") else "time"
    if "INT" in of:
        return "whole"
    return "number" if of.startswith(("DOUBLE", "FLOAT", "DECIMAL")) else "text"


def _few(table: duckdb.DuckDBPyRelation, name: str) -> bool:
    """Whether a field has some values, but few."""
    values = table.select(duckdb.ColumnExpression(name)).distinct().limit(FEW_VALUES + 1)
    return 1 <= len(values.fetchall()) <= FEW_VALUES


def _field(name: str, kind: str, divides: bool) -> dict[str, str]:
    """Return a field as Graphic Walker has it."""
    is_number = kind in {"whole", "number"} and not divides
    is_measure = is_number and name.lower() not in _PLACES
    semantic = "temporal" if kind.startswith("time") else "nominal"
    field = {
        "fid": name,
        "name": name,
        "basename": name,
        "semanticType": "quantitative" if is_number else semantic,
        "analyticType": "measure" if is_measure else "dimension",
    }
    return field | ({"aggName": "mean"} if is_measure else {})
