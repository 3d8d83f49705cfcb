"""What the explorer in the browser may ask of the server: the rows of a chart.

Signing in to Streamlit does not cover a route of our own. This one answers the page that
was given an id that cannot be guessed, for as long as its session lives, and knows three
actions. None of them takes SQL.
"""

import json
import secrets
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.data.explored import Explored, RefusedError
from app.data.published import RepublishedError, UnavailableError

ADDRESS = "_explorer"
"""Where the explorer asks, with the id after it."""

MOST_BYTES = 200_000
"""The longest question: a chart with hundreds of filtered values is far below it."""

MOST_AT_ONCE = 4
"""Charts that are computed at the same time, over all visitors."""

_open: WeakValueDictionary[str, Explored] = WeakValueDictionary()


def offer(explored: Explored) -> str:
    """Return an id under which the browser may explore a table, while somebody holds it."""
    key = secrets.token_urlsafe(24)
    _open[key] = explored
    return key


async def answer(request: Request) -> JSONResponse:
    """Answer one question of the explorer, or refuse it with a sentence."""
    if _host(request.headers.get("origin", "")) != request.headers.get("host"):
        return _refuse(403, "This page may not ask here: open the dashboard under its own address.")
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        return _refuse(415, "Only JSON is answered here.")
    explored = _open.get(request.path_params["key"])
    if explored is None:
        return _refuse(404, "This explorer is no longer open: load the page again.")
    body = await _body(request)
    if body is None:
        return _refuse(413, f"The question is longer than {MOST_BYTES:,} bytes: use fewer filters.")
    try:
        action, data = _question(body)
    except (ValueError, RecursionError):
        return _refuse(400, "The question is not one of the explorer.")
    if action == "ping":
        return JSONResponse({"code": 0, "data": {}, "message": "success"})
    if action not in {"get_datas_by_payload", "batch_get_datas_by_payload"}:
        return _refuse(403, "Nothing but the rows of a chart is answered here.")
    try:
        rows = await anyio.to_thread.run_sync(_rows, explored, action, data, limiter=_limiter())
    except (RefusedError, UnavailableError) as problem:
        return _refuse(200, str(problem))  # the explorer shows the sentence of a good answer only
    except RepublishedError:
        return _refuse(200, "Another run was published meanwhile: load the page again.")
    return JSONResponse({"code": 0, "data": {"datas": rows}, "message": "success"})


# The explorer looks for the server beside its page first.
ROUTES = [
    Route(f"/{ADDRESS}/{{key}}", answer, methods=["POST"]),
    Route(f"/explorer/{ADDRESS}/{{key}}", answer, methods=["POST"]),
]


def _rows(explored: Explored, action: str, data: dict[str, Any]) -> list[Any]:
    """Return the rows of one chart, or of each of several."""
    if action == "get_datas_by_payload":
        return explored.rows(data.get("payload"))
    asked = data.get("queryList")
    if not isinstance(asked, list) or len(asked) > 50:
        raise RefusedError("Ask for at most 50 charts at once.")
    return [explored.rows(payload) for payload in asked]


def _question(body: bytes) -> tuple[str, dict[str, Any]]:
    """Return the action and what comes with it."""
    asked = json.loads(body)
    if not isinstance(asked, dict) or not isinstance(asked.get("data", {}), dict):
        raise ValueError("no question")
    return str(asked.get("action")), asked.get("data", {})


async def _body(request: Request) -> bytes | None:
    """Read the question; nothing if it is too long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    return body


def _host(origin: str) -> str:
    """Return what a page's origin has after its scheme.

    Examples
    --------
    >>> _host("http://localhost:8501"), _host("null")
    ('localhost:8501', '')
    """
    return origin.partition("://")[2]


def _refuse(status: int, sentence: str) -> JSONResponse:
    """Return why there are no rows, as the explorer shows it."""
    return JSONResponse({"code": -1, "data": None, "message": sentence}, status_code=status)


@cache
def _limiter() -> anyio.CapacityLimiter:
    """Make the limit when the server first needs it."""
    return anyio.CapacityLimiter(MOST_AT_ONCE)
