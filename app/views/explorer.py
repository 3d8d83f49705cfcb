"""Visual explorer: charts of one's own, drawn by dragging fields."""

import streamlit as st

from app import explorer
from app.data import explored, tables
from app.export import frames
from app.views import filters, uploading, walker
from app.views.show import offer_file

STATE = "explorer"
YOUR_FILE = "Your file"
MOST_BYTES = 1_000_000

HOW = (
    "Drag a field from the list onto **X-Axis**, **Y-Axis**, **Color** or another shelf. Fields "
    "with a document divide the chart, fields with a # are measured. The bar above the chart "
    "changes its kind, its sorting and its size, and saves a picture. A click on a measure changes "
    "the mean to a sum or another one."
)


def ask_table(version):
    """Ask which table to explore: a published one, or the file of this visitor."""
    your_file = [YOUR_FILE] if uploading.STATE in st.session_state else []
    choices = [*your_file, *tables.described(version)["table"]]
    preferred = "store_clusters" if "store_clusters" in choices else choices[0]
    table = st.selectbox(
        "Table",
        choices,
        index=choices.index(preferred),
        key="table",
        bind="query-params",
        persist_state="session",
        width=340,
    )
    return table


def describe(version, table):
    """Say what the rows of the table are, and how to draw them."""
    if table == YOUR_FILE:
        upload = st.session_state[uploading.STATE]["upload"]
        st.text(f"{upload.name}, {len(upload.table):,} rows.")
    else:
        st.text(tables.described(version).set_index("table")["description"][table])


def open_table(version, table):
    """Return what is known of the table that is open, begun anew when it is another one."""
    upload = st.session_state[uploading.STATE]["upload"] if table == YOUR_FILE else None
    about = (table, upload.key if upload else version)
    state = st.session_state.get(STATE)
    if not state or state["about"] != about:
        found = (
            explored.of_upload(upload.table) if upload else explored.of_published(version, table)
        )
        goes_on = state and state["about"][0] == table
        state = {
            "about": about,
            "explored": found,
            "key": explorer.offer(found),
            "charts": state["charts"] if goes_on else [found.first_chart],
            "kept": goes_on and state["kept"],
        }
        st.session_state[STATE] = state
    return state


def show_files(state, table):
    """Offer to save the charts and to load saved ones."""
    with st.container(horizontal=True, gap="small"):
        offer_file(
            "Save charts",
            lambda: walker.as_file(table, state["charts"]),
            f"{frames.file_name(table, 'charts')}.json",
            "application/json",
            type="tertiary",
            icon=":material/download:",
            disabled=not state["kept"],
            help="All charts of this table as a file, to go on with them another day.",
        )
        with st.popover("How to draw", type="tertiary", icon=":material/help:"):
            st.markdown(HOW)
        with st.popover("Load charts", type="tertiary", icon=":material/upload:"):
            file = st.file_uploader("A file that was saved here", type="json", key="saved charts")
            if file and st.button("Load", disabled=file.size > MOST_BYTES):
                load(state, file.getvalue())


def load(state, content):
    """Show the charts of a file in place of the present ones."""
    try:
        state["charts"] = walker.from_file(content, state["explored"])
    except walker.SavedError as problem:
        st.warning(str(problem))
    else:
        state["key"] = explorer.offer(state["explored"])  # begins anew
        st.rerun()


scope = filters.scope()
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    table = ask_table(scope.version)
    files = st.container(width="content")
describe(scope.version, table)
state = open_table(scope.version, table)
if state["explored"].is_empty:
    st.info("This table has no rows, so there is nothing to draw. Choose another.")
else:
    kept = walker.show_walker(state["explored"], state["key"], state["charts"])
    if kept:
        state |= {"charts": kept, "kept": True}
    with files:
        show_files(state, table)
