"""What every visit runs: the navigation, then the page that was asked for."""

import sys
from pathlib import Path

import streamlit as st

APP = Path(__file__).resolve().parent
if str(APP.parent) not in sys.path:
    sys.path.insert(0, str(APP.parent))

from app import catalogue, words  # noqa: E402 (found only once the root is on the path)
from app.data import clusters, published, runs  # noqa: E402
from app.views import filters  # noqa: E402


def show_head(page: catalogue.Page) -> bool:
    """Show what every page has: its title, its filters, its run; whether it can go on."""
    st.title(page.title)
    st.text(page.sentence)
    version = published.version()
    scope = filters.choose(version, page.filters)
    if scope is None:
        st.info("Nothing was clustered. See which rows were refused, then run `make run` again.")
        return False
    with st.container(key="run_line"):
        category = scope.category if "category" in page.filters else ""
        counts = clusters.counts(version, category)
        st.text(words.page_line(runs.latest(version), category, counts))
    return True


# A picture of our own: Streamlit would fetch the icon of a page from the internet.
st.set_page_config(
    page_title="Store clusters", page_icon=str(APP / "assets" / "favicon.png"), layout="wide"
)
st.html(APP / "assets" / "style.css")

# The folder is not called `pages`: Streamlit would run the files of such a folder by
# themselves, without this one, until somebody opens the start page of a new server.
opened = st.navigation(
    {
        section: [
            st.Page(
                page.path,
                title=page.title,
                url_path=page.name,
                default=page == catalogue.PAGES[0],
            )
            for page in pages
        ]
        for section, pages in catalogue.by_section().items()
    },
    expanded=True,
)

try:
    if show_head(catalogue.at(opened.url_path)):
        opened.run()
except published.RepublishedError:
    st.rerun()
except published.UnavailableError as problem:
    st.info(str(problem))
