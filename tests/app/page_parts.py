"""What stands on a page, and what is published beneath it."""

import base64
import json

import duckdb
import numpy as np


def charts(page):
    """The figures of a page as data."""
    return [
        json.loads(chart.proto.spec, object_hook=_numbers) for chart in page.get("plotly_chart")
    ]


def _numbers(found):
    """Return numbers that Plotly has packed as a list, anything else as it is."""
    if "bdata" not in found:
        return found
    return np.frombuffer(base64.b64decode(found["bdata"]), found["dtype"]).tolist()


def texts(page):
    """The plain sentences of a page, in order."""
    return [element.value for element in page.text]


def spoil(path, statement, *parameters):
    """Change the published file."""
    with duckdb.connect(str(path)) as writer:
        writer.execute(statement, parameters)
