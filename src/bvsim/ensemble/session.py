"""One go at a run: from what is done already to the tables."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bvsim.ensemble.design.plan import Draws, Plan, Scenario, dimensions_of
from bvsim.ensemble.request import Request
from bvsim.ensemble.store import folder
from bvsim.ensemble.work import Failure, IntArray
from bvsim.ensemble.workers.executors import Executor, Stop

if TYPE_CHECKING:
    from types import FrameType

    from bvsim.ensemble.store.kept import Store

_NO_ROWS = np.empty(0, dtype=np.int64)

Progress = Callable[[int, int, int], None]
"""Called with the number of rows done (failed ones included), of all rows, of failed rows."""


class Session:
    """One go at a run.

    Parameters
    ----------
    target : Path
        The run folder, whose lock is held.
    scenario : Scenario
        What to simulate.
    request : Request
        What is asked.
    before : mapping
        Manifest of the run that is resumed; empty for a new one.
    progress : callable, optional
        Told how far it is.
    """

    def __init__(
        self,
        target: Path,
        scenario: Scenario,
        request: Request,
        before: dict[str, Any],
        progress: Progress | None,
    ) -> None:
        self._target, self._scenario, self._request = target, scenario, request
        self._before, self._progress = before, progress
        self._draws = max(request.draws, int(before.get("draws", 0)))
        self._failures: list[Failure] = []
        self._stop = Stop()
        self._started = time.monotonic()
        self._began = before.get("started") or datetime.now(UTC).isoformat(timespec="seconds")

    def simulate(self, executor: Executor) -> None:
        """Simulate what is missing and write the tables."""
        with _ctrl_c(self._stop):
            try:
                executor.start()
                store, plan = self._begin(executor)
                while plan is not None:
                    if plan.done < plan.total:
                        self._collect(executor, store, plan)
                    plan = self._more(store)
            except BaseException:
                executor.close(kill=True)
                self._note("failed")
                raise
            executor.close()
            self._finish(store)

    def _begin(self, executor: Executor) -> tuple[Store, Plan | None]:
        """Write down what will be run; a new run has begun before its draws are written."""
        draws = self._drawn()
        if self._before:
            store = self._open()
            plan = self._plan(draws, _done(store))
        else:  # workers have rows to simulate while the parent loads what writes tables
            self._note("running")  # what will be run is written down before its first row
            plan = self._plan(draws, (_NO_ROWS, _NO_ROWS))
            executor.begin(plan)
            store = self._open()
        self._write(store, draws)
        return store, plan

    def _open(self) -> Store:
        """Write down what will be run."""
        from bvsim.ensemble.store.kept import Store  # pyarrow: the parent's alone

        store = Store(self._target, self._before.get("tables", ()))
        folder.write_text(self._target / "scenario.yaml", self._scenario.to_yaml())
        precision = self._request.precision
        if precision.targets:
            precision.add(*store.values("kpis", precision.names))
        return store

    def _drawn(self) -> Draws:
        """Return the draws of the run, as many as there are by now."""
        request, identity = self._request, self._request.identity
        return Draws(self._scenario, self._draws, identity.seed, identity.design, request.table)

    def _plan(self, draws: Draws, done: tuple[IntArray, IntArray], first: int = 0) -> Plan:
        """Find out which rows are missing."""
        return Plan(
            draws,
            seed=self._request.identity.seed,
            number=self._draws,
            per_draw=self._request.per_draw,
            done=done,
            shard=self._request.shard,
            first=first,
        )

    def _write(self, store: Store, draws: Draws) -> None:
        """Write down the draws."""
        self._note("running")
        store.write_draws(self._scenario.paths, draws.blocks(), dimensions_of(self._scenario))

    def _more(self, store: Store) -> Plan | None:
        """Return the next part of a run that grows until it is precise enough, or None."""
        first = self._draws
        wanted = None if self._stop() else self._request.precision.next(first)
        if wanted is None:
            return None
        self._draws = wanted
        draws = self._drawn()
        self._write(store, draws)
        return self._plan(draws, _done(store), first)

    def _collect(self, executor: Executor, store: Store, plan: Plan) -> None:
        """Keep results as they come."""
        done = plan.done
        self._tell(done, plan.total)
        for result in executor.results(plan, self._stop):
            store.add(result)
            self._request.precision.observe(result)
            self._failures += result.failures
            done += result.attempted
            self._tell(done, plan.total)
        if done == plan.total and not self._request.precision.targets:
            self._stop.requested = False  # asked for too late to matter

    def _finish(self, store: Store) -> None:
        """Make the tables, then say so, then delete what they were made from."""
        store.merge()
        ended = "complete" if store.tables else "failed"
        self._note("interrupted" if self._stop() else ended, store.tables)
        store.clean()

    def _tell(self, done: int, total: int) -> None:
        """Report progress; a Ctrl-C during the report is a Ctrl-C."""
        if self._progress is None:
            return
        try:
            self._progress(done, total, len(self._failures))
        except KeyboardInterrupt:
            self._stop.requested = True

    def _note(self, status: str, tables: Sequence[str] | None = None) -> None:
        """Write the manifest."""
        failures = sorted(self._failures, key=lambda row: (row.draw, row.replication))
        elapsed = self._before.get("elapsed_s", 0.0) + time.monotonic() - self._started
        ended = tables is not None
        precision = self._request.precision.record(self._draws) if ended else None
        manifest = {
            **self._request.manifest(self._draws),
            "tables": list(tables if tables is not None else self._before.get("tables", ())),
            "status": status,
            "failures": [asdict(failure) for failure in failures],
            "started": self._began,
            "elapsed_s": round(elapsed, 3),
            **({"precision": precision} if precision else {}),
        }
        folder.write_manifest(self._target, manifest)


def _done(store: Store) -> tuple[IntArray, IntArray]:
    """Return draws and replications of the rows that need no more work."""
    from bvsim.ensemble.store.tables import unpack

    return unpack(store.done())


@contextlib.contextmanager
def _ctrl_c(stop: Stop) -> Iterator[None]:
    """Turn the first Ctrl-C into a request to stop; the second acts as usual."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = signal.getsignal(signal.SIGINT)

    def request(number: int, frame: FrameType | None) -> None:
        if stop.requested:
            raise KeyboardInterrupt
        stop.requested = True

    signal.signal(signal.SIGINT, request)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
