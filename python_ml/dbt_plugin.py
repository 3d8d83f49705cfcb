"""What dbt needs of Python beside the models: check the settings first, publish at the end.

dbt-duckdb loads this module as a plugin (`profiles/profiles.yml`) and calls it before it opens
the working file, so a wrong setting stops every command before anything is written.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import platform
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.flags import get_flags
from dbt_common.exceptions import DbtRuntimeError
from threadpoolctl import threadpool_limits

from python_ml.jobs import missing_files, say_what_to_run_first
from python_ml.settings import SettingsError, nothing_was_run, settings_of_run
from python_ml.source_files import read_sheet, record_lines
from python_ml.source_plans import (
    attach_databases,
    checking_connection,
    plan_source,
    plan_sources,
)

READING_COMMANDS = {"build", "run", "retry"}
LOW_MEMORY = "500MB"


class Plugin(BasePlugin):
    """Checks settings before the working file is opened and adds the functions that publish."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Stop on a wrong setting; called by dbt-duckdb just before it connects."""
        flags = get_flags()
        project = yaml.safe_load(Path(flags.PROJECT_DIR or ".", "dbt_project.yml").read_text())
        target = Path(creds.path).stem
        threads = os.environ.get("DUCKDB_THREADS", "")
        if threads and not threads.isdecimal():
            raise DbtRuntimeError(f"DUCKDB_THREADS is {threads!r}: give a whole number")
        try:
            settings = settings_of_run(project["vars"], target, flags.VARS or {})
            self._sources = Sources(settings["sources"], project["vars"]["paths"])
            if flags.WHICH in READING_COMMANDS:
                self._sources.check()
        except SettingsError as error:
            raise DbtRuntimeError(nothing_was_run(error)) from None
        if threads:
            config["threads"] = int(threads)
        if settings["resources"]["memory"] == "low":
            spare_memory(config)
        one_thread_per_model()
        Path(creds.path).parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Attach the databases of the settings, and add what SQL has no words for."""
        if get_flags().WHICH in READING_COMMANDS:
            self._sources.attach(conn)
            import_for_models(Path(get_flags().PROJECT_DIR or "."))
        text, lines = "VARCHAR", "STRUCT(line BIGINT, text VARCHAR)[]"
        conn.create_function("source_plan", self._sources.plan, [text], text, side_effects=True)
        conn.create_function(
            "source_lines",
            source_lines,
            [text, "BIGINT", text, text, "BIGINT[]"],
            lines,
            side_effects=True,
        )
        conn.create_function(
            "excel_rows",
            excel_rows,
            [text, text, "BIGINT"],
            "STRUCT(line BIGINT, cells VARCHAR[])[]",
            side_effects=True,
        )
        conn.create_function("package_versions", package_versions, [], text, side_effects=True)
        conn.create_function("what_to_run_first", what_to_run_first, [text], text)
        conn.create_function("is_file", is_file, [text], "BOOLEAN", side_effects=True)
        conn.create_function("publish_prepare", publish_prepare, [text], text, side_effects=True)
        conn.create_function("publish_swap", publish_swap, [text, text], text, side_effects=True)


def spare_memory(config: dict[str, Any]) -> None:
    """Let the database hold less at once: a smaller limit, and one thread with its buffers.

    What does not fit waits on the disk, beside the working file.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"set memory_limit = '{config['memory_limit']}'")
        [limit] = connection.execute("select current_setting('memory_limit')").fetchone()
        [is_more] = connection.execute(
            "select parse_formatted_bytes(?) > parse_formatted_bytes(?)", [limit, LOW_MEMORY]
        ).fetchone()
    if is_more:
        config["memory_limit"] = LOW_MEMORY
    config["threads"] = 1


class Sources:
    """The sources of a run: checked before it, asked for how they are read while it compiles."""

    def __init__(self, sources: Mapping[str, Any], paths: Mapping[str, str]) -> None:
        """Take the section `sources` of the settings and the directories that paths may name."""
        self._sources = sources
        self._paths = paths
        self._plans: dict[str, str] = {}

    def check(self) -> None:
        """Plan every source; raise `SettingsError` if a file or a column is not there."""
        with checking_connection() as connection:
            self.attach(connection)
            for source, plan in plan_sources(connection, self._sources, self._paths):
                self._plans[_canonical(source)] = json.dumps(plan)

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Attach the databases of the settings, read-only."""
        attach_databases(connection, self._sources.get("databases") or {}, self._paths)

    def plan(self, source: str) -> str:
        """The plan of one source, both as JSON text.

        A source that is not of this run (made up by a test, or of a run that reads nothing, as
        while documents are generated) may have no files: then there is nothing to read.
        """
        key = _canonical(json.loads(source))
        if key not in self._plans:
            try:
                with checking_connection() as connection:
                    if "relation" in json.loads(source):
                        self.attach(connection)
                    plan = plan_source(connection, json.loads(source), self._paths)
            except SettingsError:
                plan = {"kind": "csv", "readers": [], "columns": [], "types": {}, "groups": []}
            self._plans[key] = json.dumps(plan)
        return self._plans[key]


def _canonical(source: Mapping[str, Any]) -> str:
    return json.dumps(source, sort_keys=True)


def source_lines(
    file: str, skip: int, delimiter: str, encoding: str, records: list[int]
) -> list[dict[str, Any]]:
    """Where records of a text file stand and what stands there."""
    found = record_lines(file, skip=skip, delimiter=delimiter, encoding=encoding, records=records)
    return [{"line": line, "text": text} for line, text in found]


def excel_rows(file: str, sheet: str, title_lines: int) -> list[dict[str, Any]]:
    """The rows of an Excel file; an empty name is the first sheet."""
    _, rows = read_sheet(file, sheet=sheet or None, title_lines=title_lines)
    return [{"line": line, "cells": cells} for line, cells in rows]


def one_thread_per_model() -> None:
    """Let the numeric libraries use one thread, for the whole process.

    Models run side by side in threads of one process, so that a limit set around one fit is
    lifted when another ends; and k-means on three threads or more is not the same twice.
    """
    os.environ["OMP_NUM_THREADS"] = "1"  # for what is loaded later
    threadpool_limits(limits=1)  # for what is loaded already


def import_for_models(project: Path) -> None:
    """Import what the Python models import, before they run side by side.

    Two threads that import the same packages at once can meet half of one: then a model fails
    now and then (DuckDB and scikit-learn both say so of their modules).
    """
    for model in sorted(project.glob("models/**/*.py")):
        for module in re.findall(r"^from ([\w.]+) import ", model.read_text(), re.MULTILINE):
            importlib.import_module(module)


def package_versions() -> str:
    """The versions of what computes, as JSON text."""
    pyproject = Path(__file__).parents[1] / "pyproject.toml"
    project = tomllib.loads(pyproject.read_text())["project"]
    packages = ("dbt-core", "dbt-duckdb", "duckdb", "numpy", "pandas", "scikit-learn", "streamlit")
    return json.dumps(
        {
            project["name"]: project["version"],
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in packages},
        }
    )


def what_to_run_first(inputs: str) -> str:
    """The sentence that stops the run if it reads a table that does not exist, else no text.

    `inputs` is JSON text: what is `read`, what is `missing`, the `database`, the `target`.
    """
    flags = get_flags()
    asked = json.loads(inputs)
    files = missing_files(asked["read"], asked["missing"])
    if not files:
        return ""
    return say_what_to_run_first(
        files,
        yaml.safe_load(Path(flags.PROJECT_DIR or ".", "selectors.yml").read_text()),
        job=flags.SELECTOR if flags.WHICH == "build" else None,
        database=asked["database"],
        target=asked["target"],
        has_settings=bool(flags.VARS),
    )


def is_file(path: str) -> bool:
    """Whether there is a file at a path."""
    return Path(path).is_file()


def publish_prepare(path: str) -> str:
    """Make room for a new database file and return its path; what a killed build left goes."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    for leftover in (path, f"{path}.wal"):
        Path(leftover).unlink(missing_ok=True)
    return path


def publish_swap(finished: str, published: str) -> str:
    """Put a finished database file in the place of the published one, in one atomic step.

    Readers that hold the old file keep it; whoever opens the path next gets the new one.

    Raises
    ------
    RuntimeError
        If the finished file still has a write-ahead log, that is, is not finished.
    """
    if Path(f"{finished}.wal").exists():
        raise RuntimeError(f"{finished} has a write-ahead log: it was not closed")
    _sync(finished)
    # A log left by someone who opened the published file for writing: DuckDB 1.5 would replay it
    # into the new file.
    Path(f"{published}.wal").unlink(missing_ok=True)
    Path(finished).replace(published)
    _sync(str(Path(published).parent))
    return published


def _sync(path: str) -> None:
    """Wait until a file or directory is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    for name, version in json.loads(package_versions()).items():
        print(f"{name:15s}{version}")
