"""PyGWalker in a page: its part in the browser, without its part on the server.

On the server PyGWalker 0.5.0.1 runs SQL that the browser sends, and tells its makers of
its use; none of that code is loaded. `app.explorer` answers instead.
"""

import json
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import streamlit as st
import streamlit.components.v1 as components

from app import explorer
from app.charts import explorer as look_of_explorer
from app.data.explored import Explored

_ASSETS = Path(__file__).resolve().parents[1].joinpath("assets", "walker")
_package = Path(find_spec("pygwalker").submodule_search_locations[0])
# The first one only serves the files of PyGWalker to the second, which is ours and leaves
# out the buttons that lead to other sites.
components.declare_component("pygwalker", path=str(_package.joinpath("templates")))
_component = components.declare_component("explorer", path=str(_ASSETS))


class SavedError(ValueError):
    """A file holds no charts that can be shown; the message says why."""


def show_walker(explored: Explored, key: str, charts: list[Any]) -> list[Any] | None:
    """Show the explorer of a table; return its charts as they stand, once one is drawn.

    Parameters
    ----------
    key
        The id that `app.explorer.offer` gave for the table. Another one begins anew; with
        the same one the charts in the browser stay.
    charts
        What to begin with, in the form of Vega-Lite or of Graphic Walker.
    """
    look = st.context.theme.type or "light"
    return _component(
        key=f"walker {key} {look}",
        id=key,
        version=version("pygwalker"),
        hashcode="",
        env="streamlit",
        gwMode="explore",
        communicationUrl=explorer.ADDRESS,
        userConfig={"privacy": "offline"},
        visSpec=charts,
        rawFields=[{**field, "offset": 0} for field in explored.fields],
        fieldMetas=explored.metas,
        dataSource=[],
        len=0,
        dataSourceProps={"tunnelId": "", "dataSourceId": ""},
        fieldkeyGuard=False,
        themeKey=look_of_explorer.charts(),
        dark=look,
        sourceInvokeCode="",
        specType="json_file",
        datasetType="connector_duckdb",
        parseDslType="server",
        needLoadDatas=False,
        needLoadLastSpec=False,
        needInitChart=False,
        useKernelCalc=True,
        useCloudCalc=False,
        useSaveTool=True,
        isExportDataFrame=False,
        showCloudTool=False,
        enableAskViz=False,
        enableVlChat=False,
        extraConfig={"uiTheme": look_of_explorer.around()},
        defaultTab="vis",
        default=None,
    )


def as_file(table: str, charts: list[Any]) -> bytes:
    """Return charts as a file that `from_file` reads."""
    return json.dumps({"table": table, "charts": charts}, indent=1).encode()


def from_file(content: bytes, explored: Explored) -> list[Any]:
    """Return the charts of a file, for a table that has their fields.

    Raises
    ------
    SavedError
        The file was not saved here, or its charts are of another table.
    """
    try:
        saved = json.loads(content)
        charts, table = saved["charts"], str(saved["table"])
        used = {field for chart in charts for field in _fields(chart)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise SavedError(
            "This file holds no charts: choose one that was saved with “Save charts”."
        ) from None
    missing = sorted(used.difference(field["fid"] for field in explored.fields))
    if missing:
        raise SavedError(
            f"The charts use “{missing[0][:60]}”, which this table does not have: choose the "
            f"table that they were made for, “{table[:60]}”."
        )
    return charts


def _fields(chart: dict[str, Any]) -> list[str]:
    """Return the fields of the table that a chart draws."""
    encodings = chart["encodings"]
    chart["config"], chart["visId"]  # without them it is none
    drawn = [field for name, part in encodings.items() for field in part if name not in _LISTED]
    return [
        str(field["fid"])
        for field in drawn
        if not field.get("computed") and not str(field["fid"]).startswith("gw_")
    ]


_LISTED = {"dimensions", "measures"}
"""Parts of a chart that list fields without drawing them."""
