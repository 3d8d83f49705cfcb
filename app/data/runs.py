"""Which run made what is shown."""

import json
from typing import Any

import pandas as pd

from app.data.published import Version, query


def latest(version: Version) -> dict[str, Any] | None:
    """Return the run that published this version, if it is recorded.

    Returns
    -------
    dict or None
        `run_id`, `target`, `started_at` and `versions`, a dict of name and version.
    """
    found = query(
        version,
        """
        select
            run_id,
            target,
            started_at,
            versions
        from marts.runs
        order by started_at desc nulls last
        limit 1
        """,
    )
    if found.empty:
        return None
    run = found.to_dict("records")[0]
    versions = {name: str(value) for name, value in _object(run["versions"]).items()}
    return run | {"versions": versions}


def history(version: Version) -> pd.DataFrame:
    """Return one row per recorded run, the newest first."""
    return query(
        version,
        """
        select run_id, target, status, started_at, seconds
        from marts.runs
        order by started_at desc nulls last, run_id
        """,
    )


def settings(version: Version, run_id: str) -> dict[str, Any]:
    """Return all settings that were in force in a run; none if they are not recorded."""
    found = query(version, "select settings from marts.runs where run_id = ?", (run_id,))
    return _object(found["settings"].iloc[0]) if len(found) else {}


def _object(text: Any) -> dict[str, Any]:
    """Read a text as far as it is a JSON object."""
    if pd.isna(text):
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
