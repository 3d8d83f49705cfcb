"""What a run did, with which settings."""

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd

from app.data.published import Version, query
from app.data.runs import settings


def runs(version: Version) -> pd.DataFrame:
    """Return one row per recorded run, the newest first; figures an old publish lacks are empty."""
    found = query(version, "select * from marts.runs order by started_at desc nulls last, run_id")
    wanted = [
        "run_id", "target", "command", "status", "started_at", "seconds", "node_count",
        "failed_node_count",
    ]  # fmt: skip
    return found.reindex(columns=wanted)


def steps(version: Version, run_id: str) -> pd.DataFrame:
    """Return one row per node of a run, the slowest first; needs `run_steps`."""
    return query(
        version,
        """
        select
            node,
            resource_type,
            status,
            seconds,
            row_count,
            message,
            seconds / nullif(sum(seconds) over (), 0) as share
        from marts.run_steps
        where run_id = ?
        order by seconds desc nulls last, node
        """,
        (run_id,),
    )


def settings_table(version: Version, run_id: str, before: str | None) -> pd.DataFrame:
    """Return one row per setting of a run, and what it was in another one.

    Returns
    -------
    DataFrame
        `key` (such as `internal.scale.method`), `value` and `before` as JSON text, empty where
        there is no such setting; `is_changed`.
    """
    now = dict(_leaves(settings(version, run_id)))
    then = dict(_leaves(settings(version, before))) if before else {}
    keys = sorted(now.keys() | then.keys())
    table = pd.DataFrame(
        {"key": keys, "value": [now.get(k) for k in keys], "before": [then.get(k) for k in keys]},
        dtype="object",
    )
    differs = [bool(then) and now.get(key) != then.get(key) for key in keys]
    return table.assign(is_changed=pd.Series(differs, index=table.index, dtype="bool"))


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield each setting under its whole key, with its JSON text."""
    if isinstance(value, dict) and (value or not key):
        for name, below in value.items():
            yield from _leaves(below, f"{key}.{name}" if key else str(name))
    else:
        yield key, json.dumps(value, ensure_ascii=False)
