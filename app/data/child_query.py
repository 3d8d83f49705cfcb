"""Answer one query of an analyst, within the process that `child` has limited."""

from contextlib import closing

import duckdb
import pyarrow as pa

from app.data import locked
from app.data.sandbox import Problem

READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}


def work(path: str, sql: str, most: int, memory: str) -> pa.Table:
    """Return the first rows of one statement that reads.

    Parameters
    ----------
    path
        The published file.
    most
        So many rows, and one more if there are more.
    memory
        What DuckDB may use, for example `1GB`; it then says so instead of being ended.
    """
    with closing(locked.unlocked()) as connection:
        locked.attach(connection, path)
        connection.execute("set schema = 'published.marts'")
        connection.execute(f"set memory_limit = '{memory}'")
        locked.lock(connection)
        try:
            statements = connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type not in READING:
                raise Problem("Write one statement that reads: SELECT, WITH, FROM or EXPLAIN.")
            asked = connection.execute(statements[0])
            rows = asked.fetch_record_batch(1_000)
            batches, count = [], 0
            for batch in rows:
                batches.append(batch.slice(0, most + 1 - count))
                count += len(batches[-1])
                if count > most:
                    break
            return pa.Table.from_batches(batches, rows.schema)
        except duckdb.OutOfMemoryException:
            raise MemoryError from None
        except duckdb.Error as error:
            raise Problem(" ".join(str(error).split())[:500]) from None
