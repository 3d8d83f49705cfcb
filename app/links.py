"""What a link that leads straight to a page is answered with.

Streamlit answers it with its own page, in which the browser has to guess where the server
is: it asks below the page first and is refused. Here the same page says it.
"""

from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

from app import catalogue

INDEX = Path(st.__file__).with_name("static") / "index.html"

SCRIPT = (
    "<script>window.__streamlit = "
    "{ BACKEND_BASE_URL: new URL('./', window.location.href).href }</script>"
)
"""The server is one level above every page, whatever a proxy puts in front of both."""


def open_page(request: Request) -> HTMLResponse:
    """Answer with the page of Streamlit, told where its server is."""
    return HTMLResponse(_index(), headers={"cache-control": "no-cache"})


def open_first(request: Request) -> RedirectResponse:
    """Lead to the first page, which stands at the address without a name."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"./{query}")


@cache
def _index() -> str:
    """Return the page of Streamlit with our script before those of its own."""
    return INDEX.read_text(encoding="utf-8").replace("<head>", f"<head>{SCRIPT}", 1)


FIRST, *OTHERS = catalogue.PAGES

ROUTES = [
    Route(f"/{FIRST.name}", open_first),
    *(Route(f"/{page.name}", open_page) for page in OTHERS),
]
