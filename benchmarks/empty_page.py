"""Two pages with a title each: what Streamlit and the browser need for nothing at all."""

import streamlit as st

TITLES = ("Nothing", "Nothing else")


def one() -> None:
    """Show a title."""
    st.title(TITLES[0])


def other() -> None:
    """Show another title."""
    st.title(TITLES[1])


if __name__ == "__main__":
    st.navigation([st.Page(one, title=TITLES[0]), st.Page(other, title=TITLES[1])]).run()
