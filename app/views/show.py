"""Charts and tables as every page shows them: with words, and to take away."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from app import words
from app.charts import theme
from app.export import frames

NEXT = ":material/arrow_forward:"
"""In front of a link to another page."""

SHORT = 15
"""Rows that a table shows without scrolling."""

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show_chart(
    figure: Any,
    frame: pd.DataFrame,
    name: str,
    *,
    alt: str,
    how: str,
    movable: bool = False,
    **options: Any,
) -> Any:
    """Show a chart, how to read it, and its picture and data to take away.

    Parameters
    ----------
    figure
        A figure of Plotly.
    frame
        What is drawn, one row per mark.
    name
        A name that is unique on the page; downloaded files are called by it.
    alt
        What the chart shows, for people who cannot see it.
    how
        How to read it, in Markdown; no names that come from data.
    movable
        The reader may zoom, move or turn it.
    options
        Passed to `st.plotly_chart`, for example `on_select="rerun"`.

    Returns
    -------
    PlotlyState or DeltaGenerator
        What `st.plotly_chart` returns: with `on_select` what was selected.
    """
    options.setdefault("key", f"chart {name}")
    look = st.context.theme.type or "light"
    selectable = "on_select" in options
    state = st.plotly_chart(
        theme.on_page(figure, look),
        config=theme.options(frames.file_name(name), movable=movable, selectable=selectable),
        alt=alt,
        **options,
    )
    with st.container(horizontal=True, gap="small"):
        with st.popover("How to read this", type="tertiary", icon=":material/help:"):
            st.markdown(how)
            st.caption("The camera above the chart saves a picture of it.")
        offer_downloads(frame, name)
    return state


def show_table(
    frame: pd.DataFrame,
    columns: Mapping[str, Any] | Sequence[str],
    name: str,
    *,
    whole: Callable[[], pd.DataFrame] | None = None,
    **options: Any,
) -> Any:
    """Show the named columns of a frame, in their order, with all of it to take away.

    Parameters
    ----------
    columns
        The columns to show; a mapping gives the configuration of each.
    name
        A name that is unique on the page; downloaded files are called by it.
    whole
        Returns what the files hold, when the frame is only the first rows of it.
    options
        Passed to `st.dataframe`, for example `on_select="rerun"`.

    Returns
    -------
    DataframeState or DeltaGenerator
        What `st.dataframe` returns.
    """
    options.setdefault("key", f"table {name}")
    shown = frame
    if "confidence" in frame:
        shown = frame.assign(confidence=frame["confidence"].round(2))  # whole per cent
    state = st.dataframe(
        shown,
        column_order=list(columns),
        column_config=columns if isinstance(columns, Mapping) else None,
        hide_index=True,
        height="content" if len(frame) <= SHORT else "auto",
        placeholder=words.NONE,
        **options,
    )
    with st.container(horizontal=True, gap="small"):
        offer_downloads(frame, name, whole=whole)
    return state


def offer_downloads(
    frame: pd.DataFrame, name: str, *, whole: Callable[[], pd.DataFrame] | None = None
) -> None:
    """Offer a frame, or all of it, as CSV and Excel; made only when it is asked for."""
    file = frames.file_name(name)
    button = partial(
        st.download_button, type="tertiary", on_click="ignore", icon=":material/download:"
    )
    rows = "All rows" if whole else f"All {words.several(len(frame), 'row')}"
    button(
        "CSV",
        lambda: frames.csv(whole() if whole else frame),
        f"{file}.csv",
        "text/csv",
        key=f"csv {name}",
        help=f"{rows} as a CSV file.",
    )
    fits = len(frame) <= frames.MOST_ROWS_OF_A_SHEET
    button(
        "Excel",
        lambda: frames.workbook(whole() if whole else frame),
        f"{file}.xlsx",
        EXCEL,
        key=f"excel {name}",
        disabled=not fits,
        help=f"{rows} as an Excel workbook."
        if fits
        else "More rows than a sheet of Excel holds: take the CSV file.",
    )


def offer_file(
    label: str, held: str | Callable[[], bytes | str], name: str, kind: str, **options: Any
):
    """Offer a file.

    Parameters
    ----------
    held
        What the file holds, or what makes it once it is asked for.
    name, kind
        The name of the file, unique on the page, and its media type.
    options
        Passed to `st.download_button`, for example `icon` and `help`.
    """
    return st.download_button(
        label, held, name, kind, key=f"file {name}", on_click="ignore", **options
    )


def say_absent(table: str, what: str) -> None:
    """Say that this publish has no such table, and what to do."""
    st.info(
        f"This publish does not say {what}: it has no table `{table}`. "
        "Run `make run` to publish again."
    )
