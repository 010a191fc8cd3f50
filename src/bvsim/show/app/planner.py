"""What answers the page: its state, exact rows block by block, reports, searches, the scenario.

Nothing that a browser sends opens a file: levers and figures are looked up by name, and numbers
have limits.
"""

from __future__ import annotations

import json
import math
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse

from bvsim.analysis.policy.estimates import Asked, Estimate
from bvsim.ensemble.blocks import blocks
from bvsim.ensemble.run import run
from bvsim.ensemble.workers.engine import HERE, Engine
from bvsim.reading.sourcebook import Entry, entries
from bvsim.reading.turning import Turn, turn_levers
from bvsim.show.app.page import policy, render, state

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from bvsim.ensemble.blocks import Block
    from bvsim.reading.scenario import Scenario

MOST_ROWS = 4096
MOST_STREAMS = 32
MOST_FOUND = 20
MOST_SET = 8
_REPORTS_KEPT = 8
_MOST_NUMBER = 1e12


class RefusedError(ValueError):
    """A request that is not answered."""


class BusyError(RuntimeError):
    """A request that may be asked again later."""


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
    _seeking: threading.Lock = field(default_factory=threading.Lock)
    _streams: int = 0
    _reports: OrderedDict[str, str] = field(default_factory=OrderedDict)

    @cached_property
    def figures(self) -> dict[str, Entry]:
        """The figures of the model, each as it is in force."""
        return {each.path: each for each in entries(self.asked.scenario) if each.in_force}

    @cached_property
    def known(self) -> dict[str, object]:
        """What the page knows."""
        return state(self.asked, self.estimate, live=True)

    def page(self, _request: Request) -> Response:
        """Return the page."""
        return HTMLResponse(render(self.known), headers={"content-security-policy": policy()})

    def state(self, _request: Request) -> Response:
        """Return what the page knows."""
        return JSONResponse(self.known)

    def scenario(self, request: Request) -> Response:
        """Return the scenario with a mix as a file."""
        names = {"content-disposition": 'attachment; filename="scenario.yaml"'}
        return PlainTextResponse(self._turned(request).to_yaml(), headers=names)

    def found(self, request: Request) -> Response:
        """Return figures whose path or note has all words that are asked for."""
        words = request.query_params.get("q", "").lower().split()
        every = self.figures.values()
        hits = (e for e in every if all(w in f"{e.path} {e.note}".lower() for w in words))
        return JSONResponse(
            [asdict(each) for each, _ in zip(hits, range(MOST_FOUND), strict=False)]
        )

    def report(self, request: Request) -> Response:
        """Return the report of a mix, from its exact rows."""
        scenario = self._turned(request)
        if scenario.model_hash not in self._reports:
            with self._lock:
                self._reports[scenario.model_hash] = self._reported(scenario)
                while len(self._reports) > _REPORTS_KEPT:
                    self._reports.popitem(last=False)
        return HTMLResponse(self._reports[scenario.model_hash])

    def _reported(self, scenario: Scenario) -> str:
        from bvsim.show.report import render_page

        with TemporaryDirectory() as folder:
            how = {"workers": self.engine.workers, "out": Path(folder) / "run"}
            made = run(scenario, self.asked.draws, self.asked.seed, **how)  # type: ignore[arg-type]
            return render_page(made)

    def _set(self, request: Request) -> Scenario:
        """Return the scenario with figures set as a request says: PATH=NUMBER."""
        sets = dict[str, object]()
        for text in request.query_params.getlist("set"):
            path, _, number = text.partition("=")
            if path not in self.figures:
                raise RefusedError("there is no such figure")
            sets[path] = _number(number)
        if len(sets) > MOST_SET:
            raise RefusedError(f"set: {MOST_SET} figures at the most")
        base = self.asked.scenario
        return base.with_values(sets, origin="--set") if sets else base

    def mix(self, request: Request) -> list[Turn]:
        """Read the levers of a request."""
        mix = [Turn.parse(text) for text in request.query_params.getlist("lever")]
        if any(turn.name not in self.asked.levers for turn in mix):
            raise RefusedError("there is no such lever")
        return mix

    def _turned(self, request: Request) -> Scenario:
        return turn_levers(self._set(request), self.mix(request))

    async def rows(self, request: Request) -> Response:
        """Stream the exact rows of a mix in blocks, as server-sent events."""
        draws = _count(request, "rows", self.asked.draws)
        asked = replace(self.asked, draws=draws)
        scenario = await run_in_threadpool(self._turned, request)
        experiment = replace(asked, scenario=scenario).experiment()
        made = blocks(experiment, self.engine, turn=self._lock, view=self.asked.view)
        one = threading.Lock()

        def following() -> Block | None:
            with one:
                return next(made, None)

        def ended() -> None:
            with one:  # a block under way is finished and kept
                made.close()

        async def events() -> AsyncIterator[str]:
            try:
                while (block := await run_in_threadpool(following)) is not None:
                    self.simulated += block.simulated
                    yield _event("block", _plain(block))
                yield _event("end", {"rows": draws})
            finally:
                threading.Thread(target=ended).start()

        return self._streamed(events())

    async def seek(self, request: Request) -> Response:
        """Stream a search for the cheapest mixes that meet a target: `bvsim seek`."""
        target = request.query_params.get("target", "")
        budget = _number(request.query_params.get("budget") or "1e12")
        draws = _count(request, "rows", self.asked.draws)
        scenario = await run_in_threadpool(self._set, request)
        if not self._seeking.acquire(blocking=False):
            raise BusyError("a search is under way")
        told: SimpleQueue[tuple[str, dict[str, Any]]] = SimpleQueue()
        asked = (scenario, target, tuple(self.asked.levers), budget, draws)
        threading.Thread(target=self._seek, args=(told, *asked), daemon=True).start()

        async def events() -> AsyncIterator[str]:
            while True:
                name, data = await run_in_threadpool(told.get)
                yield _event(name, data)
                if name != "step":
                    return

        return self._streamed(events())

    def _seek(self, told: SimpleQueue[Any], scenario: Scenario, target: str, *how: Any) -> None:
        from bvsim.analysis.seek.study import seek

        @contextmanager
        def bar(title: str) -> Iterator[None]:
            told.put(("step", {"title": title}))
            yield None

        levers, budget, draws = how
        last: tuple[str, dict[str, Any]]
        try:
            with TemporaryDirectory() as folder:
                found, _left = seek(
                    scenario, target, _priced(self.asked, levers), budget, draws=draws,
                    out=folder, workers=self.engine.workers, bar=bar,
                )  # fmt: skip
            front = [_mix(mix) for mix in found.front]
            data = {"reachable": found.reachable, "best": _mix(found.best), "front": front}
            last = ("end", data | {"near": [_mix(mix) for mix in found.near]})
        except ValueError as error:
            last = ("failed", {"message": str(error)})
        finally:
            self._seeking.release()
        told.put(last)

    def _streamed(self, events: AsyncIterator[str]) -> Response:
        if self._streams >= MOST_STREAMS:
            raise BusyError("too many at once")

        async def counted() -> AsyncIterator[str]:
            self._streams += 1
            try:
                async for event in events:
                    yield event
            finally:
                self._streams -= 1

        return StreamingResponse(counted(), media_type="text/event-stream")


def _priced(asked: Asked, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if not asked.levers[name].unpriced]


def _mix(mix: Any) -> dict[str, Any]:
    plain: Callable[[float], float | None] = lambda x: x if math.isfinite(x) else None  # noqa: E731
    numbers = {"meur": plain(mix.cost_meur), "value": plain(mix.value), "met": mix.met}
    return numbers | {"levers": [[t.name, t.strength, None] for t in mix.turns]}


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise RefusedError("not a number") from None
    if not abs(value) <= _MOST_NUMBER:
        raise RefusedError("not a number of this world")
    return value


def _count(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdecimal() or not 1 <= int(text[:9]) <= MOST_ROWS:
        raise RefusedError(f"{name}: 1 to {MOST_ROWS}")
    return int(text)


def _plain(block: Block) -> dict[str, Any]:
    values = [[None if math.isnan(v) else v for v in row] for row in block.values.tolist()]
    numbers = {"draws": block.draws.tolist(), "figures": block.figures, "values": values}
    return numbers | {"simulated": block.simulated}


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, allow_nan=False)}\n\n"
