"""What dbt needs of Python beside the models: check the settings first, publish at the end.

dbt-duckdb loads this module as a plugin (`profiles/profiles.yml`) and calls it before it opens
the working file, so a wrong setting stops every command before anything is written.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
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

from python_ml.settings import SettingsError, check_settings, expand_path, merge_layers

READING_COMMANDS = {"build", "run", "retry"}
# The macro read_source adds these to the columns of a file.
RESERVED_COLUMNS = ("_file", "_line", "_row", "file_row_number")


class Plugin(BasePlugin):
    """Checks settings before the working file is opened and adds the two publishing functions."""

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
            if flags.WHICH in READING_COMMANDS:
                check_sources(settings["sources"], project["vars"]["paths"])
        except SettingsError as error:
            lines = str(error).replace("\n", "\n  ")
            raise DbtRuntimeError(
                f"Nothing was run, the settings need a change:\n  {lines}"
            ) from None
        if threads:
            config["threads"] = int(threads)
        one_thread_per_model()
        Path(creds.path).parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Add what SQL has no words for: files, and the versions of packages."""
        text = "VARCHAR"
        conn.create_function("package_versions", package_versions, [], text, side_effects=True)
        conn.create_function("publish_prepare", publish_prepare, [text], text, side_effects=True)
        conn.create_function("publish_swap", publish_swap, [text, text], text, side_effects=True)


def one_thread_per_model() -> None:
    """Let the numeric libraries use one thread, for the whole process.

    Models run side by side in threads of one process, so that a limit set around one fit is
    lifted when another ends; and k-means on three threads or more is not the same twice.
    """
    os.environ["OMP_NUM_THREADS"] = "1"  # for what is loaded later
    threadpool_limits(limits=1)  # for what is loaded already


def settings_of_run(
    project_vars: Mapping[str, Any], target: str, user: Mapping[str, Any]
) -> dict[str, Any]:
    """The settings in force: defaults, then what the environment changes, then the user's file.

    Raises
    ------
    SettingsError
        If a key is unknown or a value is not allowed.
    """
    if "environments" in user or "defaults" in user or "paths" in user:
        raise SettingsError(
            "paths, defaults and environments belong to dbt_project.yml; a settings file has "
            "the sections sources, quality, internal, external and merging"
        )
    settings = merge_layers(
        project_vars["defaults"], project_vars["environments"].get(target) or {}, user
    )
    check_settings(settings)
    return settings


def check_sources(sources: Mapping[str, Any], paths: Mapping[str, str]) -> None:
    """Raise `SettingsError`, one line per fault, if a file or a column of it is not there."""
    named = {name: sources[name] for name in ("sales", "products", "stores") if sources.get(name)}
    named |= {f"feeds.{name}": feed for name, feed in (sources.get("feeds") or {}).items()}
    faults = []
    with duckdb.connect(":memory:") as connection:
        for name, source in named.items():
            faults += _source_faults(connection, f"sources.{name}", source, paths)
    if faults:
        raise SettingsError("\n".join(faults))


def _source_faults(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    source: Mapping[str, Any],
    paths: Mapping[str, str],
) -> list[str]:
    files = source["files"] if isinstance(source["files"], list) else [source["files"]]
    faults = []
    for pattern in (expand_path(file, paths) for file in files):
        found = connection.execute("select file from glob(?)", [pattern]).fetchall()
        if not found:
            faults.append(f"{name}.files: there is no file {pattern}")
        for (file,) in sorted(found):
            faults += _file_faults(connection, name, source, file)
    return faults


def _file_faults(
    connection: duckdb.DuckDBPyConnection, name: str, source: Mapping[str, Any], file: str
) -> list[str]:
    """What is wrong with one file of a source, seen with the options of the macro read_source."""
    kind = file_format(source, file)
    if kind is None:
        return [
            f"{name}.files: {file} does not end in .csv, .tsv, .txt (or these with .gz) or "
            f".parquet; say {name}.format: csv or parquet"
        ]
    if kind == "parquet":
        reader, bound = "read_parquet(?)", [file]
    else:
        reader = (
            "read_csv(?, all_varchar = true, header = true, delim = ?, quote = '\"', "
            "escape = '\"', comment = '', skip = 0)"
        )
        bound = [file, source.get("delimiter") or ","]
    try:
        described = connection.execute(f"describe select * from {reader}", bound).fetchall()
    except duckdb.Error as error:
        return [
            f"{name}.files: {file} cannot be read as {kind}: {str(error).splitlines()[0]} A line "
            "with too few or too many fields, another delimiter or another quote is a usual cause."
        ]
    there = {row[0].lower(): row[0] for row in described}
    faults = [
        f"{name}.files: {file} has a column {there[taken]!r}, a name that is used here: rename it"
        for taken in RESERVED_COLUMNS
        if taken in there
    ]
    for key, column in _columns(source).items():
        if isinstance(column, str) and column.lower() not in there:
            faults.append(
                f"{name}.{key}: there is no column {column!r} in {file}; "
                f"its columns are {', '.join(there.values())}"
            )
        elif not isinstance(column, str):
            # an expression of the settings is part of the models that dbt will run
            try:
                connection.execute(f"describe select {column['sql']} from {reader}", bound)
            except duckdb.Error as error:
                faults.append(f"{name}.{key}.sql: {column['sql']!r} does not work: {error}")
    return faults


def _columns(source: Mapping[str, Any]) -> dict[str, Any]:
    """Every column a source names, by the place where it is named."""
    columns = {name: source[name] for name in ("key", "split_by") if name in source}
    for group in ("columns", "attributes", "features", "categories"):
        for name, column in (source.get(group) or {}).items():
            if isinstance(column, Mapping) and "column" in column:
                columns[f"{group}.{name}.column"] = column["column"]
            else:
                columns[f"{group}.{name}"] = column
    return {name: column for name, column in columns.items() if column is not None}


def file_format(source: Mapping[str, Any], file: str) -> str | None:
    """`csv` or `parquet`: as said, else by the ending; None if neither tells."""
    if source.get("format"):
        return source["format"]
    ending = Path(file.removesuffix(".gz")).suffix
    return {".parquet": "parquet", ".csv": "csv", ".tsv": "csv", ".txt": "csv"}.get(ending)


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
