"""Everything that is published about a category, and whole tables, for what people take away.

Asked anew each time: a dashboard that offers a file keeps the file, not all that led to it.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pandas as pd
import pyarrow as pa

from app.data import published
from app.data.published import Version, read

OF_A_CATEGORY = (
    "clusters",
    "cluster_features",
    "cluster_rules",
    "store_clusters",
    "store_reasons",
    "need_state_sales",
    "cluster_moves",
    "cluster_merges",
    "cluster_changes",
    "cluster_overrides",
    "constraints_applied",
    "stores_without_cluster",
)
"""The tables that say something about the clusters of a category to a planner."""

_ROWS_AT_ONCE = 100_000


def tables(version: Version, category: str) -> dict[str, pd.DataFrame]:
    """Return what is published about a category, by table, and all `stores`.

    The rows are in the order of their columns, the first one first. A table that this version
    does not have is not in the result: an older run may not have made it.
    """
    found = {
        name: read(
            version,
            "select * from query_table($name) where category = $category order by all",
            {"name": f"marts.{name}", "category": category},
        )
        for name in OF_A_CATEGORY
        if name in published.columns(version)
    }
    return found | {
        "stores": read(version, "select store_id, store_name from marts.stores order by all")
    }


def comments(version: Version) -> dict[tuple[str, str], str]:
    """Return what each column of each published table means, as far as it is said."""
    found = read(
        version,
        """
        select table_name, column_name, comment from duckdb_columns()
        where database_name = 'published' and schema_name = 'marts' and comment is not null
        order by table_name, column_name
        """,
    )
    return {(table, column): comment for table, column, comment in found.itertuples(index=False)}


def run(version: Version) -> dict[str, Any]:
    """Return the run that published this version: one row of `runs`, by column.

    Raises
    ------
    published.UnavailableError
        No run is recorded.
    """
    found = read(
        version, "select * from marts.runs order by started_at desc nulls last, run_id limit 1"
    )
    if found.empty or pd.isna(found["started_at"][0]):
        raise published.UnavailableError(
            f"`{version.path}` records no run that an export could be named after. Run `make run`."
        )
    return found.to_dict("records")[0]


@contextmanager
def batches(version: Version, table: str) -> Iterator[pa.RecordBatchReader]:
    """Open one published table to be read part by part, in the order it was written."""
    with closing(published.connect(version)) as connection:
        asked = connection.execute("select * from query_table(?)", (f"marts.{table}",))
        yield asked.to_arrow_reader(_ROWS_AT_ONCE)
