"""A process of its own for what strangers may bring: a file, or a query.

`sandbox.run` starts it. It limits itself before it looks at anything, so that what is too
large ends it and not the dashboard.
"""

import json
import resource
import sys
from importlib import import_module

import pyarrow as pa

from app.data.sandbox import JOBS, MEMORY, SENTENCE, Problem


def main() -> None:
    """Read the request from the standard input, limit this process, do the job."""
    asked = json.load(sys.stdin)
    limits = asked["limits"]
    for name, most in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CPU, limits["seconds"]),
        (resource.RLIMIT_FSIZE, limits["result"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (most, most))
    try:
        table = import_module(JOBS[asked["job"]]).work(**asked["request"])
        with pa.OSFile(asked["out"], "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    except Problem as problem:
        print(problem, file=sys.stderr)
        sys.exit(SENTENCE)
    except MemoryError:
        sys.exit(MEMORY)


if __name__ == "__main__":
    main()
