"""Every answer of the server carries the headers that keep pages to themselves."""

import asyncio

import pytest

from app import server


def answer(headers=(), kind="http"):
    """What goes out when the app behind answers with these headers."""
    sent = []

    async def app(scope, receive, send):
        await send({"type": f"{kind}.response.start", "status": 200, "headers": list(headers)})
        await send({"type": f"{kind}.response.body", "body": b"x"})

    async def send(message):
        sent.append(message)

    asyncio.run(server.SecurityHeaders(app)({"type": kind}, None, send))
    return sent


def test_headers_are_added_once_and_others_stay():
    start, body = answer([(b"X-Frame-Options", b"ALLOWALL"), (b"etag", b"1")])
    headers = [(name.decode(), value.decode()) for name, value in start["headers"]]
    assert dict(headers) == server.HEADERS | {"etag": "1"}
    assert len(headers) == len(server.HEADERS) + 1
    assert body["body"] == b"x"


def test_other_protocols_pass():
    assert answer(kind="websocket")[0]["headers"] == []


@pytest.mark.parametrize("directive", ["default-src", "connect-src", "img-src", "font-src"])
def test_pages_may_reach_this_server_only(directive):
    allowed = server.CONTENT_SECURITY_POLICY[directive].split()
    assert "'self'" in allowed
    assert not {value for value in allowed if "." in value or "*" in value or "//" in value}
