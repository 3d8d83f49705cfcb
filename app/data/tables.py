"""The published tables by themselves: what there is, and the rows that match."""

from collections.abc import Sequence
from contextlib import closing
from typing import NamedTuple

import duckdb
import pandas as pd
from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

from app.data import published
from app.data.published import Version, query

COMPARISONS = ("contains", "is", "is not", "at least", "at most", "is empty", "is not empty")
"""How a column can be compared with a text; `at least` and `at most` compare as numbers or
dates where the column holds them."""


class Condition(NamedTuple):
    """Which rows to keep: a column, one of `COMPARISONS`, and what to compare with."""

    column: str
    comparison: str
    text: str = ""


class FilterError(ValueError):
    """A condition cannot be used; the message says why."""


def described(version: Version) -> pd.DataFrame:
    """Return one row per published table: `table`, `rows`, `description`."""
    return query(
        version,
        """
        select
            table_name as "table",
            estimated_size::bigint as "rows",
            coalesce(comment, '') as description
        from duckdb_tables()
        where database_name = 'published' and schema_name = 'marts'
        order by table_name
        """,
    )


def columns(version: Version, table: str) -> pd.DataFrame:
    """Return one row per column of a table: `column`, `type`, `description`."""
    return query(
        version,
        """
        select
            column_name as "column",
            lower(data_type) as type,
            coalesce(comment, '') as description
        from duckdb_columns()
        where database_name = 'published' and schema_name = 'marts' and table_name = ?
        order by column_index
        """,
        (table,),
    )


def rows(
    version: Version, table: str, conditions: Sequence[Condition] = (), most: int = 1_000
) -> tuple[pd.DataFrame, int]:
    """Return the first rows that fulfil all conditions, and how many do.

    They are in the order in which they were published.

    Raises
    ------
    FilterError
        A condition names no column of the table, or compares a number with a word.
    """
    if not published.has_table(version, table):
        raise published.UnavailableError(f"This publish has no table `{table}`. Choose another.")
    with closing(published.connect(version, macros="")) as connection:
        quoted = table.replace('"', '""')
        found = connection.table(f'marts."{quoted}"')
        try:
            for condition in conditions:
                found = found.filter(_expression(found, condition))
            counted = found.aggregate("count(*)").fetchall()[0][0]
            return found.limit(most).df(), counted
        except duckdb.ConversionException:
            raise FilterError(_unlike(conditions)) from None


def _expression(table: duckdb.DuckDBPyRelation, condition: Condition) -> duckdb.Expression:
    """Return a condition as an expression of DuckDB: names and values stay what they are."""
    if condition.column not in table.columns:
        raise FilterError(f"There is no column `{condition.column}`. Choose another.")
    column = ColumnExpression(condition.column)
    kind = table.dtypes[table.columns.index(condition.column)]
    text = condition.text.strip()
    match condition.comparison:
        case "contains":
            written = FunctionExpression("lower", column.cast("VARCHAR"))
            return FunctionExpression("contains", written, ConstantExpression(text.lower()))
        case "is":
            return column.cast("VARCHAR") == ConstantExpression(text)
        case "is not":
            return (column.cast("VARCHAR") != ConstantExpression(text)) | column.isnull()
        case "at least":
            return column >= ConstantExpression(text).cast(kind)
        case "at most":
            return column <= ConstantExpression(text).cast(kind)
        case "is empty":
            return column.isnull()
        case "is not empty":
            return column.isnotnull()
    raise FilterError(f"There is no comparison `{condition.comparison}`: use {COMPARISONS}.")


def _unlike(conditions: Sequence[Condition]) -> str:
    """Say which comparisons may have failed."""
    tried = [f"`{c.column}` {c.comparison} “{c.text}”" for c in conditions if c.text]
    return f"Cannot compare {' and '.join(tried)}: write a number or a date as the column has it."
