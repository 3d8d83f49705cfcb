"""Queries of analysts: off unless the environment switches them on."""

import os

import pandas as pd

from app.data import published, sandbox
from app.data.sandbox import Problem

SWITCH = "STORE_CLUSTERS_SQL"
EXAMPLE = """select category, final_cluster_id, count(*) as stores
from store_clusters
group by all
order by all"""
MOST_ROWS = 10_000
LIMITS = sandbox.Limits(memory=2 << 30, seconds=20, result=64 << 20)
_MEMORY_OF_DUCKDB = "1GB"

_TOO_MUCH = {
    "time": f"The query took longer than {LIMITS.seconds} seconds and was ended: ask for less.",
    "memory": "The query needed more memory than it may have and was ended: ask for less.",
    "size": f"The answer is larger than {LIMITS.result >> 20} MB: ask for fewer or shorter rows.",
}


class QueryError(ValueError):
    """There is no answer; the message says why."""


def is_on() -> bool:
    """Whether the environment variable `STORE_CLUSTERS_SQL` is `on`."""
    return os.environ.get(SWITCH, "").strip().lower() == "on"


def ask(version: published.Version, sql: str) -> tuple[pd.DataFrame, bool]:
    """Return the first rows that a statement yields, and whether there are more.

    Raises
    ------
    QueryError
        The statement does not only read, is wrong, or needs too much.
    """
    if not is_on():
        raise QueryError(f"Queries are off. Start the dashboard with `{SWITCH}=on`.")
    request = {
        "path": version.path,
        "sql": sql,
        "most": MOST_ROWS,
        "memory": _MEMORY_OF_DUCKDB,
    }
    try:
        found = sandbox.run("query", request, LIMITS)
    except Problem as problem:
        raise QueryError(str(problem)) from None
    except sandbox.TooMuchError as error:
        raise QueryError(_TOO_MUCH[error.what]) from None
    if published.version() != version:
        raise published.RepublishedError
    return found.slice(0, MOST_ROWS).to_pandas(), len(found) > MOST_ROWS
