"""A link that leads straight to a page is told where the server is."""

import asyncio

import pytest
from starlette.applications import Starlette

from app import catalogue, links


def get(path, query=b""):
    """The status, the headers and the text of an answer."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": []}
    asyncio.run(Starlette(routes=links.ROUTES)(scope, receive, send))
    text = b"".join(part.get("body", b"") for part in sent[1:]).decode()
    return sent[0]["status"], dict(sent[0]["headers"]), text


@pytest.mark.parametrize("page", catalogue.PAGES[1:], ids=lambda page: page.name)
def test_the_server_is_named_before_any_script_of_streamlit(page):
    status, _, text = get(f"/{page.name}")
    assert status == 200
    assert text.index("BACKEND_BASE_URL") < text.index('<script type="module"')


def test_the_first_page_has_one_address_and_keeps_what_was_chosen():
    status, headers, _ = get("/overview", b"category=Snacks")
    assert (status, headers[b"location"]) == (307, b"./?category=Snacks")
