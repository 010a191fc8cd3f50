"""What answers the page: its state, exact rows block by block, the scenario as a file.

Needs the extra ``bvsim[app]``. Nothing that a browser sends opens a file: levers are looked up by
name, and numbers have limits.
"""

from __future__ import annotations

import hmac
import json
import math
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.policy.added import measures
from bvsim.analysis.policy.estimates import Asked, Estimate
from bvsim.ensemble.blocks import blocks
from bvsim.ensemble.workers.engine import HERE, Engine
from bvsim.reading.turning import Turn, turn_levers
from bvsim.schema.errors import SpecError
from bvsim.show.app.page import policy, render, state

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from bvsim.ensemble.blocks import Block

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOST_ROWS = 4096
MOST_STREAMS = 32
_MOST_QUERY = 4096
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}


class RefusedError(ValueError):
    """A request that is not answered."""


@dataclass
class Planner:
    """Answers of one scenario.

    Parameters
    ----------
    asked : Asked
        The scenario, its levers and its rows.
    estimate : Estimate or None
        What the page adds up.
    engine : Engine
        Who simulates; one block at a time, whoever asks.
    """

    asked: Asked
    estimate: Estimate | None
    engine: Engine = HERE
    simulated: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _streams: int = 0

    def page(self, _request: Request) -> Response:
        """Return the page."""
        text = render(state(self.asked, self.estimate, live=True))
        return HTMLResponse(text, headers={"content-security-policy": policy()})

    def state(self, _request: Request) -> Response:
        """Return what the page knows."""
        return JSONResponse(state(self.asked, self.estimate, live=True))

    def added(self, request: Request) -> Response:
        """Return the estimate of a mix, by key figure and measure."""
        if self.estimate is None:
            raise RefusedError("no estimate: exact rows only")
        effects = self.estimate.effects
        values = effects.estimate(self.mix(request))
        found = {name: measures(name, values[:, i]) for i, name in enumerate(effects.figures)}
        return JSONResponse(found)

    def scenario(self, request: Request) -> Response:
        """Return the scenario with a mix as a file."""
        text = turn_levers(self.asked.scenario, self.mix(request)).to_yaml()
        names = {"content-disposition": 'attachment; filename="scenario.yaml"'}
        return PlainTextResponse(text, headers=names)

    def mix(self, request: Request) -> list[Turn]:
        """Read the levers of a request."""
        known = self.asked.levers()
        mix = [Turn.parse(text) for text in request.query_params.getlist("lever")]
        for turn in mix:
            if turn.name not in known:
                raise RefusedError("there is no such lever")
        return mix

    async def rows(self, request: Request) -> Response:
        """Stream the exact rows of a mix in blocks, as server-sent events."""
        try:
            draws = int(request.query_params.get("rows", self.asked.draws))
        except ValueError:
            raise RefusedError("rows: not a number") from None
        if not 1 <= draws <= MOST_ROWS:
            raise RefusedError(f"rows: 1 to {MOST_ROWS}")
        if self._streams >= MOST_STREAMS:
            return PlainTextResponse("too many at once", 503)
        asked = replace(self.asked, draws=draws)
        experiment = await run_in_threadpool(asked.experiment, self.mix(request))
        found = blocks(experiment, self.engine, turn=self._lock)

        one = threading.Lock()

        def following() -> Block | None:
            with one:
                return next(found, None)

        def ended() -> None:
            with one:  # a block under way is finished and kept
                found.close()

        async def events() -> AsyncIterator[str]:
            self._streams += 1
            try:
                while (block := await run_in_threadpool(following)) is not None:
                    self.simulated += block.simulated
                    yield _event("block", _plain(block))
                yield _event("end", {"rows": draws})
            finally:
                self._streams -= 1
                threading.Thread(target=ended).start()

        return StreamingResponse(events(), media_type="text/event-stream")


def _plain(block: Block) -> dict[str, Any]:
    shown = [i for i, name in enumerate(block.figures) if "." not in name]
    values = [
        [None if math.isnan(v) else v for v in row] for row in block.values[:, shown].tolist()
    ]
    names = [block.figures[i] for i in shown]
    return {"draws": block.draws.tolist(), "figures": names, "values": values}


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, allow_nan=False)}\n\n"


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
        from urllib.parse import parse_qs, urlsplit

        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        origin = urlsplit(headers.get("origin", "")).netloc
        if self.hosts and host not in self.hosts:
            return 421
        if "origin" in headers and origin != headers.get("host"):
            return 403
        if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
            return 413
        if len(scope["query_string"]) > _MOST_QUERY:
            return 414
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        wrong = self.token and not hmac.compare_digest(given.encode(), self.token.encode())
        return 403 if wrong else 0


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
        return PlainTextResponse(str(error), 422)

    app = Starlette(
        routes=[
            Route("/", planner.page),
            Route("/state", planner.state),
            Route("/estimate", planner.added),
            Route("/rows", planner.rows),
            Route("/scenario.yaml", planner.scenario),
        ],
        exception_handlers=dict.fromkeys((RefusedError, SpecError, AnalysisError), refuse),
    )
    return Guard(app, hosts, token)


__all__ = ["Planner", "RefusedError", "make_app"]
