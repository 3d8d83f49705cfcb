"""Connections that can read what they were given and do nothing else.

No page, no session and no cache is needed here: a process of its own can use it.
"""

import duckdb

SETTINGS = {
    "allow_community_extensions": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
    "threads": "1",
}
"""Of every connection, from its start.

One thread each: visitors share the cores, and with several DuckDB 1.5.5 now and then stops at an
aggregate `over ()` and takes the database with it.
"""


def unlocked() -> duckdb.DuckDBPyConnection:
    """Open an empty database in memory; `lock` it once it has what it is to read."""
    return duckdb.connect(":memory:", config=SETTINGS)


def attach(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    """Let the connection read a published file, as the schema it looks into."""
    quoted = path.replace("'", "''")  # `attach` takes no bound parameter
    connection.execute(f"attach '{quoted}' as published (read_only)")
    connection.execute("use published")


def lock(connection: duckdb.DuckDBPyConnection) -> None:
    """Close all doors to files, networks and settings for good.

    Notes
    -----
    Turning external access off still leaves attached files open to `read_blob` and
    `copy ... to`; disabling the file system afterwards closes that door as well.
    """
    connection.execute("set enable_external_access = false")
    connection.execute("set disabled_filesystems = 'LocalFileSystem'")
    connection.execute("set lock_configuration = true")
