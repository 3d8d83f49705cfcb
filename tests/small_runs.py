"""What the small published database says of its runs and of the rows they read."""

from datetime import datetime
from typing import Any

import small_models

Row = dict[str, Any]


def tables(run_id: str) -> dict[str, list[Row]]:
    """Rows of each table."""
    return {
        "data_coverage": _coverage(),
        "rejected_rows": _rejected(),
        "runs": _runs(run_id),
        "run_steps": _steps(run_id),
    }


def _coverage() -> list[Row]:
    """What was read of two sources, and of the sales of one category."""
    names = ("source", "category", "rows_read", "rows_accepted", "rows_rejected",
             "sales_accepted", "sales_unmapped", "sales_without_cluster")  # fmt: skip
    return [
        dict(zip(names, row, strict=True))
        for row in (
            ("transactions", None, 12_345, 12_300, 45, 2_000_000, 100_000, 2_079),
            ("transactions", "Bakery", 6_000, 5_990, 10, 900_000, 0, 1_000),
            ("sites", None, 42, 40, 2, None, None, None),
        )
    ]


def _rejected() -> list[Row]:
    """Refused rows, one of them written to harm."""
    return [
        {
            "source": "transactions" if line % 3 else "sites",
            "file": "sales.csv",
            "line": line,
            "reason": "the amount is not a number" if line % 2 else "the store is empty",
            "detail": None,
            "raw": '=cmd|"/c calc"!A1,<script>alert(1)</script>' if line == 2 else f"{line},x",
        }
        for line in range(2, 49)
    ]


def _runs(run_id: str) -> list[Row]:
    """An old run and the one that published."""
    versions = '{"dbt": "1.11.16", "duckdb": "1.5.5", "scikit-learn": "1.9.1"}'
    names = ("run_id", "target", "command", "status", "started_at", "seconds", "node_count",
             "failed_node_count", "settings", "versions")  # fmt: skip
    return [
        dict(zip(names, row, strict=True))
        for row in (
            ("0ld00000", "prod", "build", "success", datetime(2026, 11, 1, 6, 0), 60.0,
             3, 0, "{}", "{}"),
            (run_id, "prod", "build", "success", datetime(2026, 11, 23, 6, 26), 61.5,
             3, 0, small_models.settings_text(), versions),
        )
    ]  # fmt: skip


def _steps(run_id: str) -> list[Row]:
    """Three nodes of each run."""
    return [
        {
            "run_id": run,
            "node": node,
            "resource_type": "model",
            "status": "success",
            "seconds": seconds,
            "row_count": 40,
            "message": "OK",
        }
        for run in ("0ld00000", run_id)
        for node, seconds in (("stg_sales", 2.5), ("ml_internal_fits", 30.0), ("clusters", 0.5))
    ]
