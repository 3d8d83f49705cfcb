"""What stands on a page, and what is published beneath it."""

import json

import duckdb


def charts(page):
    """The figures of a page as data."""
    return [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]


def texts(page):
    """The plain sentences of a page, in order."""
    return [element.value for element in page.text]


def spoil(path, statement, *parameters):
    """Change the published file."""
    with duckdb.connect(str(path)) as writer:
        writer.execute(statement, parameters)
