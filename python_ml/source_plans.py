"""How the sources of the settings are read: which files, of which kind, with which columns.

The one place where files are looked at before a run: the plugin checks the settings with it, and
the macro `source_plan` asks it how to read. Only `dbt_plugin` imports this module.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_postgres_scanner

from python_ml.expressions import columns_of
from python_ml.settings import SettingsError, expand_path
from python_ml.source_files import FileError, read_header, read_sheet
from python_ml.source_schema import OPTIONS_OF_FILES

# The macros add these to the columns of a source.
RESERVED_COLUMNS = (
    "_file", "_line", "_record", "_fault", "_raw", "_group", "_amount", "file_row_number",
    *(f"_extra_{number}" for number in range(1, 9)),
)  # fmt: skip
KIND_OF_ENDING = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".xlsx": "excel",
}


def checking_connection() -> duckdb.DuckDBPyConnection:
    """A database in memory to look at files with; it never fetches an extension."""
    options = ("autoinstall_known_extensions", "autoload_known_extensions",
               "allow_community_extensions")  # fmt: skip
    return duckdb.connect(":memory:", config=dict.fromkeys(options, "false"))


def plan_sources(
    connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Any], paths: Mapping[str, str]
) -> list[tuple[Mapping[str, Any], dict[str, Any]]]:
    """Each source with its plan.

    Raises
    ------
    SettingsError
        One line per fault, if a file or a column of it is not there.
    """
    tables = ("sales", "products", "stores", "overrides")
    named = {name: sources[name] for name in tables if sources.get(name)}
    named |= {f"feeds.{name}": feed for name, feed in (sources.get("feeds") or {}).items()}
    faults: list[str] = []
    plans = []
    for name, source in named.items():
        try:
            plans.append((source, plan_source(connection, source, paths)))
        except SettingsError as error:
            faults += [f"sources.{name}.{line}" for line in str(error).split("\n")]
    if faults:
        raise SettingsError("\n".join(faults))
    return plans


def plan_source(
    connection: duckdb.DuckDBPyConnection, source: Mapping[str, Any], paths: Mapping[str, str]
) -> dict[str, Any]:
    """How a source is read.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Where files can be described, and where the relations are attached.
    source : mapping
        One source of the settings.
    paths : mapping
        Directories that a path may name as ``${NAME}``.

    Returns
    -------
    dict
        ``kind``: csv, parquet, excel or relation; ``readers``: what is read at once, a list of
        mappings with ``files`` or ``relation``, and for text files ``skip`` and ``columns``;
        ``columns``: all column names; ``types``: the type of every column that the settings name,
        by its place in the settings ("columns.amount").

    Raises
    ------
    SettingsError
        One line per fault, each beginning with the key inside the source.
    """
    if source.get("relation"):
        plan = {"kind": "relation", "readers": [{"relation": source["relation"]}]}
    else:
        plan = _plan_files(connection, source, _found_files(connection, source, paths))
    faults: list[str] = []
    for reader in plan["readers"]:
        faults += _faults_of_reader(connection, source, plan, reader)
    if len(plan["readers"]) > 1 and not faults:
        plan["types"] = _united_types(connection, source, plan)
    if source.get("date_format") and not _tells_a_day(connection, source["date_format"]):
        faults.append(
            f"date_format: {source['date_format']!r} does not tell a day; write it like '%d.%m.%Y'"
        )
    if faults:
        raise SettingsError("\n".join(dict.fromkeys(faults)))
    return plan


def _tells_a_day(connection: duckdb.DuckDBPyConnection, date_format: str) -> bool:
    """Whether a day that is written in a format can be read again (of a month, its first day)."""
    try:
        rows = connection.execute(
            "select try_strptime(strftime(date '2023-11-28', $1), $1) "
            "in (date '2023-11-28', date '2023-11-01')",
            [date_format],
        ).fetchall()
    except duckdb.Error:
        return False
    return rows == [(True,)]


def _found_files(
    connection: duckdb.DuckDBPyConnection, source: Mapping[str, Any], paths: Mapping[str, str]
) -> list[str]:
    files = source["files"] if isinstance(source["files"], list) else [source["files"]]
    found: dict[Path, str] = {}  # a file counts once, however its path is written
    missing = []
    for pattern in (os.path.expanduser(expand_path(file, paths)) for file in files):  # noqa: PTH111
        # not by the connection that the module duckdb shares: models are compiled side by side
        matching = connection.execute(
            "select file from glob(?) order by file", [pattern]
        ).fetchall()
        if not matching:
            missing.append(f"files: there is no file {pattern}")
        for (file,) in matching:
            found.setdefault(Path(file).resolve(), file)
    if missing:
        raise SettingsError("\n".join(missing))
    return list(found.values())


def file_kind(source: Mapping[str, Any], file: str) -> str | None:
    """`csv`, `parquet` or `excel`: as said, else by the ending; None if neither tells."""
    return source.get("format") or KIND_OF_ENDING.get(Path(file.removesuffix(".gz")).suffix.lower())


def _plan_files(
    connection: duckdb.DuckDBPyConnection, source: Mapping[str, Any], files: list[str]
) -> dict[str, Any]:
    kinds = {file: file_kind(source, file) for file in files}
    unknown = [file for file, kind in kinds.items() if kind is None]
    if unknown:
        raise SettingsError(
            f"files: {unknown[0]} does not end in .csv, .tsv, .txt (or these with .gz), .parquet "
            "or .xlsx; say format: csv, parquet or excel"
        )
    if len(set(kinds.values())) > 1:
        raise SettingsError(
            f"files: {' and '.join(sorted(set(map(str, kinds.values()))))} files in one source; "
            "keep to one format"
        )
    kind = kinds[files[0]]
    faults = [
        f"{option}: does not apply to {kind} files; take it out"
        for option, formats in OPTIONS_OF_FILES.items()
        if source.get(option) is not None and kind not in formats
    ]
    faults += [
        f"files: {file} would stand for other files, too; rename it: [ ] * ? stand for other "
        "characters in a file name"
        for file in files
        if kind != "excel" and set("[*?") & set(file)
    ]
    if faults:
        raise SettingsError("\n".join(faults))
    if kind == "parquet":
        return {"kind": kind, "readers": _parquet_readers(connection, files)}
    title_lines = source.get("title_lines") or 0
    readers: dict[tuple, dict[str, Any]] = {}
    for file in files:
        delimiter = csv_delimiter(source, file)
        try:
            if kind == "excel":
                names, _ = read_sheet(file, sheet=source.get("sheet"), title_lines=title_lines)
                readers[(file,)] = {"files": [file], "columns": names}
                continue
            header = read_header(
                file,
                delimiter=delimiter,
                encoding=source.get("encoding") or "utf-8",
                title_lines=title_lines,
            )
        except (FileError, OSError) as error:
            raise SettingsError(f"files: {error}") from None
        reader = {
            "files": [],
            "skip": header.skip,
            "columns": header.names,
            "delimiter": delimiter,
        }
        readers.setdefault((delimiter, header.skip, *header.names), reader)["files"].append(file)
    return {"kind": kind, "readers": list(readers.values())}


def _parquet_readers(
    connection: duckdb.DuckDBPyConnection, files: list[str]
) -> list[dict[str, Any]]:
    """The files by their columns: what one of them lacks would be read as empty."""
    try:
        schemas = connection.execute(
            "select file_name, list(distinct lower(name) order by lower(name)) "
            "from parquet_schema(?) group by file_name",
            [files],
        ).fetchall()
    except duckdb.Error as error:
        raise SettingsError(f"files: cannot be read: {str(error).splitlines()[0]}") from None
    columns = {file: tuple(names) for file, names in schemas}
    readers: dict[tuple, dict[str, Any]] = {}
    for file in files:
        readers.setdefault(columns[file], {"files": []})["files"].append(file)
    return list(readers.values())


def csv_delimiter(source: Mapping[str, Any], file: str) -> str:
    """As said, else a tab in a .tsv file and a comma in another."""
    is_tsv = Path(file.removesuffix(".gz")).suffix.lower() == ".tsv"
    return source.get("delimiter") or ("\t" if is_tsv else ",")


def _faults_of_reader(
    connection: duckdb.DuckDBPyConnection,
    source: Mapping[str, Any],
    plan: dict[str, Any],
    reader: Mapping[str, Any],
) -> list[str]:
    """What is wrong with what is read at once; fills in the columns and types of the plan."""
    place = reader.get("relation") or reader["files"][0]
    key = "relation" if plan["kind"] == "relation" else "files"
    try:
        relation = _relation(connection, plan["kind"], reader)
        types = {row[0]: row[1] for row in connection.execute(f"describe {relation}").fetchall()}
    except duckdb.Error as error:
        return [f"{key}: {place} cannot be read: {str(error).splitlines()[0]}"]
    faults = [
        f"{key}: {place} has a column {name!r}, a name that is used here: rename it"
        for name in types
        if name.lower() in RESERVED_COLUMNS
    ]
    there = {name.lower(): name for name in types}
    plan.setdefault("columns", [])
    plan["columns"] += [name for name in types if name not in plan["columns"]]
    plan.setdefault("types", {})
    for key, column in _columns(source).items():
        if isinstance(column, str):
            if column.lower() not in there:
                faults.append(
                    f"{key}: there is no column {column!r} in {place}; "
                    f"its columns are {', '.join(types)}"
                )
            else:
                plan["types"][key] = types[there[column.lower()]]
            continue
        unknown = [name for name in columns_of(column["sql"]) if name.lower() not in there]
        if unknown:
            faults.append(
                f"{key}.sql: there is no column {unknown[0]!r} in {place}; "
                f"its columns are {', '.join(types)}"
            )
            continue
        try:
            described = connection.execute(f"describe select {column['sql']} from ({relation})")
            plan["types"][key] = described.fetchall()[0][1]
            if plan["types"][key].endswith("]"):
                faults.append(f"{key}.sql: gives a list; take one value of it")
        except duckdb.Error as error:
            faults.append(f"{key}.sql: {column['sql']!r} does not work: {error}")
    if source.get("groups"):
        faults += _add_groups(source, plan, types, place)
    return faults


def _united_types(
    connection: duckdb.DuckDBPyConnection, source: Mapping[str, Any], plan: Mapping[str, Any]
) -> dict[str, str]:
    """The types of the rows of all readers together, which may differ from that of one."""
    rows = " union all by name ".join(
        _relation(connection, plan["kind"], reader) for reader in plan["readers"]
    )
    columns = ", ".join(
        column["sql"] if isinstance(column, Mapping) else _quoted(column)
        for column in _columns(source).values()
    )
    described = connection.execute(f"describe select {columns} from ({rows})").fetchall()
    return {key: row[1] for key, row in zip(_columns(source), described, strict=True)}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _add_groups(
    source: Mapping[str, Any], plan: dict[str, Any], types: Mapping[str, str], place: str
) -> list[str]:
    """The columns of a wide table that are groups; every file needs all of them."""
    taken = {str(column).lower() for column in _columns(source).values()}
    groups = source["groups"]
    if groups == "*":
        groups = [name for name in types if name.lower() not in taken]
    lower = {name.lower() for name in types}
    faults = [
        f"groups: there is no column {name!r} in {place}; its columns are {', '.join(types)}"
        for name in groups
        if name.lower() not in lower
    ]
    seen: set[str] = set()
    for name in groups:
        if name.lower() in taken:
            faults.append(f"groups: {name!r} is a column of the settings, too; take it out of one")
        if name.lower() in seen:
            faults.append(f"groups: {name!r} is there twice (case does not count); list it once")
        seen.add(name.lower())
    if not groups:
        faults.append(f"groups: {place} has no column beside the store")
    others = sorted(set(plan.setdefault("groups", groups)) ^ set(groups))
    if others:
        faults.append(
            f"groups: {place} and the first file of the source differ in the columns "
            f"{', '.join(others)}; list the groups, or give every file the same columns"
        )
    return faults


def _relation(connection: duckdb.DuckDBPyConnection, kind: str, reader: Mapping[str, Any]) -> str:
    """A select with the columns of a reader, to describe it."""
    if kind == "relation":
        return f"select * from {reader['relation']}"
    if kind == "parquet":
        files = ", ".join("'" + file.replace("'", "''") + "'" for file in reader["files"])
        options = "union_by_name = true, hive_partitioning = false"
        return f"select * from read_parquet([{files}], {options})"
    names = ", ".join(f"cast(null as varchar) as {_quoted(name)}" for name in reader["columns"])
    return f"select {names}"


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


def attach_databases(
    connection: duckdb.DuckDBPyConnection, databases: Mapping[str, Any], paths: Mapping[str, str]
) -> None:
    """Attach the databases of the settings, read-only.

    Raises
    ------
    SettingsError
        If one cannot be opened.
    """
    for name, database in databases.items():
        path = expand_path(database["path"], paths)
        if database["type"] == "postgres":
            load_postgres(connection)
        kind = ", type postgres" if database["type"] == "postgres" else ""
        quoted = path.replace("'", "''")
        try:
            connection.execute(f"attach if not exists '{quoted}' as \"{name}\" (read_only{kind})")
        except duckdb.Error as error:
            said = str(error).replace(path, database["path"]).splitlines()[0]
            raise SettingsError(f"sources.databases.{name}: cannot be opened: {said}") from None


def load_postgres(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the extension that came with the Python packages: nothing is downloaded."""
    package = Path(duckdb_extension_postgres_scanner.__file__).parent
    [file] = package.glob("extensions/*/postgres_scanner.duckdb_extension")
    path = str(file).replace("'", "''")
    connection.execute(f"load '{path}'")
