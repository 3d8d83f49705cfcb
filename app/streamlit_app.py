"""Start of the dashboard: `streamlit run app` from the root of the repository."""

import sys
from pathlib import Path

import streamlit as st

APP = Path(__file__).resolve().parent
if str(APP.parent) not in sys.path:
    sys.path.insert(0, str(APP.parent))

from app.data import published  # noqa: E402 (found only once the root is on the path)

st.set_page_config(
    page_title="Store clusters",
    page_icon=str(APP / "assets" / "favicon.png"),
    layout="wide",
)

# The folder is not called `pages`: Streamlit would run the files of such a folder by
# themselves, without this one, until somebody opens the start page of a new server.
page = st.navigation([st.Page(APP / "views" / "overview.py", title="Overview", default=True)])

try:
    page.run()
except published.RepublishedError:
    st.rerun()
except published.UnavailableError as problem:
    st.info(str(problem))
