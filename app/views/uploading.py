"""Asking for a file of the visitor, and keeping it while the session lasts."""

import streamlit as st

from app.data import uploaded, uploads

STATE = "upload"


def ask():
    """Ask for a file; return it once it could be read, else say in a sentence why not."""
    most = st.get_option("server.maxUploadSize")
    file = st.file_uploader(
        "Excel, CSV or Parquet, one row per store or per store and anything else",
        type=list(uploads.KINDS),
        key=f"upload file {len(st.session_state.get('uploads', ()))}",  # empty after forgetting
        help="It stays in the memory of the server while this page is open in your browser, and "
        "nobody else sees it.",
    )
    if file:
        _read(file, most)
    kept = st.session_state.get(STATE)
    if kept and st.button("Forget this file", type="tertiary", icon=":material/delete:"):
        st.session_state.pop(STATE)
        st.session_state["uploads"] = (*st.session_state.get("uploads", ()), kept["upload"].key)
        st.rerun()
    return kept["upload"] if kept else None


def _read(file, most):
    """Read the file anew when it, its sheet or its header row is another one."""
    kept = st.session_state.get(STATE)
    sheets = kept["upload"].sheets if kept and kept["about"][0] == file.file_id else ()
    sheet, header = "", 1
    with st.container(horizontal=True, gap="small"):
        if len(sheets) > 1:
            sheet = st.selectbox("Sheet", sheets, key="upload sheet", width=260)
        if not file.name.lower().endswith(".parquet"):
            header = st.number_input(
                "Names of the columns are in row", 1, 100, key="upload header", width=260
            )
    about = (file.file_id, sheet or next(iter(sheets), ""), header)
    if kept and kept["about"] == about:
        return
    try:
        with st.spinner("Reading the file"):
            content = file.getvalue()
            found = uploads.read(file.name, content, most=most, sheet=sheet, header=header)
    except uploads.UploadError as problem:
        st.session_state.pop(STATE, None)
        st.warning(str(problem))
        return
    about = (file.file_id, sheet or next(iter(found.sheets), ""), header)
    st.session_state[STATE] = {"about": about, "upload": found}
    if len(found.sheets) > 1 and not sheets:
        st.rerun()  # now it is known which sheets there are to choose


def ask_id(table):
    """Ask which column holds the ids of the stores."""
    names = table.column_names
    return st.selectbox(
        "Column with the store id",
        names,
        index=names.index(uploaded.likely_id(table)),
        key="upload id",
        help="It is compared as text with the ids of the published stores: 007 is not 7.",
        width=340,
    )
