"""The application: which address is answered by what, and what is refused.

Needs the extra ``bvsim[app]``.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bvsim.analysis.errors import AnalysisError
from bvsim.schema.errors import SpecError
from bvsim.show.app.planner import BusyError, Planner, RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_MOST_QUERY = 4096
_MOST_TIMES = 64
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "SAMEORIGIN",
    "cache-control": "no-store",
}


@dataclass
class Guard:
    """Refuses what does not come from the page: other hosts, origins, bodies, lengths, tokens."""

    app: ASGIApp
    hosts: tuple[str, ...]
    token: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = self._refused(scope)
        if status:
            await PlainTextResponse("refused", status, headers=_HEADERS)(scope, receive, send)
            return

        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                more = [(k.encode(), v.encode()) for k, v in _HEADERS.items()]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await self.app(scope, receive, with_headers)

    def _refused(self, scope: Scope) -> int:
        """Return the status of a refusal; 0 for what may pass."""
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        host, origin = _host(headers.get("host", "")), headers.get("origin", "")
        if self.hosts and host not in self.hosts:
            return 421
        if "origin" in headers and origin.partition("//")[2] != headers.get("host"):
            return 403
        if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
            return 413
        if len(scope["query_string"]) > _MOST_QUERY:
            return 414
        return self._unasked(scope["query_string"].decode("latin-1"))

    def _unasked(self, query: str) -> int:
        try:
            given = parse_qs(query, max_num_fields=_MOST_TIMES).get("token", [""])[0]
        except ValueError:
            return 414
        wrong = self.token and not hmac.compare_digest(given.encode(), self.token.encode())
        return 403 if wrong else 0


def _host(text: str) -> str:
    try:
        return urlsplit(f"//{text}").hostname or ""
    except ValueError:
        return ""


def make_app(planner: Planner, token: str = "", hosts: tuple[str, ...] = LOOPBACK) -> ASGIApp:
    """Return the application.

    Parameters
    ----------
    planner : Planner
        Who answers.
    token : str
        What every request must carry; none by default.
    hosts : tuple of str
        Names of this server that a request may use; empty for any.
    """

    async def refuse(_request: Request, error: Exception) -> Response:
        return PlainTextResponse(str(error), 503 if isinstance(error, BusyError) else 422)

    errors = (RefusedError, BusyError, SpecError, AnalysisError)
    answers = {
        "/": planner.page,
        "/state": planner.state,
        "/rows": planner.rows,
        "/scenario.yaml": planner.scenario,
        "/figures": planner.found,
        "/report": planner.report,
        "/seek": planner.seek,
    }
    app = Starlette(
        routes=[Route(path, answer) for path, answer in answers.items()],
        exception_handlers=dict.fromkeys(errors, refuse),
    )
    return Guard(app, hosts, token)


__all__ = ["Planner", "make_app"]
