"""Start of the dashboard: `streamlit run app` from the root of the repository."""

import gc
import sys
from pathlib import Path

import streamlit as st

ROOT = str(Path(__file__).resolve().parents[1])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

# Found only once the root is on the path. What draws is loaded here, before the
# first visitor comes, because it takes seconds.
from app import server  # noqa: E402
from app.data import published  # noqa: E402
from app.views import show  # noqa: E402, F401

published.KEEPS_OPEN = True

# Streamlit collects garbage after every run of a page, and answers nobody meanwhile. What is
# loaded by now is none: looking through it each time would take longer than most pages.
gc.collect()
gc.freeze()

app = st.App("main.py", routes=server.ROUTES, middleware=server.MIDDLEWARE)
