"""Executors that have others do the work: chunks handed out to a pool, two a worker.

Any `concurrent.futures.Executor` serves. `Processes` runs worker processes on this machine;
`Outside` a pool that is not ours to restart, such as the workers of a cluster.
"""

from __future__ import annotations

import ctypes
import gc
import hashlib
import multiprocessing as mp
import os
import pickle
import signal
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from multiprocessing import connection
from typing import Any

from bvsim.ensemble.store.folder import RunError, code_hash
from bvsim.ensemble.work import Chunk, Job, Result, Simulate, failed_chunk, simulate_chunk
from bvsim.ensemble.workers.executors import Feed, Pace, Stop
from bvsim.reading.garbage import no_search

_POLL_SECONDS = 0.2
_PATIENCE_SECONDS = 5.0

Pending = dict["Future[Any]", Chunk]


class Pool(ABC):
    """Keeps a pool busy with the chunks of a feed, and outlives the death of its workers.

    Parameters
    ----------
    job : Job
        What is simulated.
    workers : int
        Number of workers.
    chunk_rows : int, optional
        Fixed number of rows in a chunk; measured time decides when left out.
    """

    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)
    """Errors that say that a worker died."""
    together = True
    """Whether all chunks under way are lost with one worker."""

    def __init__(self, job: Job, workers: int, chunk_rows: int | None = None) -> None:
        self._job, self._workers = job, workers
        self._pace = Pace(workers, chunk_rows)
        self._begun: Pending = {}

    def begin(self, feed: Feed) -> None:
        """Hand out the first chunks."""
        self._fill(feed, self._begun)

    def results(self, feed: Feed, stop: Stop) -> Iterator[Result]:
        """Yield a result for each chunk.

        When a worker dies, rows under way are tried again one at a time, and a row that then
        brings down its worker alone is recorded as a failure.
        """
        suspects: deque[Chunk] = deque()
        pending, self._begun = self._begun, {}
        trial = False
        while True:
            if stop():
                self._cancel(pending)
            elif suspects and not pending:
                trial = True
                self._submit(suspects.popleft(), pending)
            elif not suspects and not trial:
                self._fill(feed, pending)
            if not pending:
                return
            lost: list[Chunk] = []
            for future, chunk in _finished(pending):
                try:
                    result = self._accept(future, chunk, pending)
                except self.lost:
                    lost.append(chunk)
                    continue
                if result is not None:
                    self._pace.add(result)
                    trial = False
                    yield result
            if lost:
                if trial:
                    yield failed_chunk(lost[0], "worker", "the worker process died")
                else:
                    suspects.extend(self._rows(lost, pending))
                self._restart()
                trial = False

    def _rows(self, lost: list[Chunk], pending: Pending) -> list[Chunk]:
        """Return the rows to try again one by one."""
        if self.together:
            lost += pending.values()
            pending.clear()
        return [row for chunk in lost for row in chunk.single_rows()]

    def _fill(self, feed: Feed, pending: Pending) -> None:
        """Keep two chunks a worker under way."""
        while len(pending) < 2 * self._workers:
            chunk = feed.take(self._pace.size(feed.remaining))
            if chunk is None:
                return
            self._submit(chunk, pending)

    def _accept(self, future: Future[Any], chunk: Chunk, pending: Pending) -> Result | None:
        """Return what became of a chunk; None when it has to be waited for again."""
        result: Result = future.result()
        return result

    @abstractmethod
    def _submit(self, chunk: Chunk, pending: Pending) -> None:
        """Hand a chunk to the pool."""

    def _cancel(self, pending: Pending) -> None:
        """Drop what has not begun."""
        for future in [future for future in pending if future.cancel()]:
            del pending[future]

    @abstractmethod
    def _restart(self) -> None:
        """Make the pool usable again after a worker died."""


def _finished(pending: Pending) -> Iterator[tuple[Future[Any], Chunk]]:
    """Wait a moment, and take what has finished out of `pending`."""
    done, _ = wait(pending, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
    for future in done:
        yield future, pending.pop(future)


def start_method() -> str:
    """Return how to start workers: by forking where that is safe, as it is the quickest.

    A process with several threads must not fork: a lock that another thread holds would
    stay locked in the child.
    """
    if sys.platform == "linux" and threading.active_count() == 1:
        return "fork"
    return "forkserver" if "forkserver" in mp.get_all_start_methods() else "spawn"


class Processes(Pool):
    """Simulates in worker processes on this machine.

    Parameters
    ----------
    job : Job
        Sent to each worker once, and prepared there; forked workers inherit it prepared.
    workers : int
        Number of processes.
    chunk_rows : int, optional
        Fixed number of rows in a chunk; measured time decides when left out.
    method : {"fork", "forkserver", "spawn"}, optional
        How to start workers; see `start_method`.
    """

    def __init__(
        self, job: Job, workers: int, chunk_rows: int | None = None, method: str | None = None
    ) -> None:
        super().__init__(job, workers, chunk_rows)
        self._method = method
        self._pool: ProcessPoolExecutor | None = None
        self._halt: Any = None
        self._simulate: Simulate | None = None

    def start(self) -> None:
        """Start the processes; those that are not forked prepare the job on their own."""
        method = self._method or start_method()
        context: Any = mp.get_context(method)
        self._halt = context.RawValue(ctypes.c_bool, False)
        self._pool = ProcessPoolExecutor(
            self._workers,
            mp_context=context,
            initializer=_begin,
            initargs=(self._prepared() if method == "fork" else self._packed(), self._halt),
        )
        for _ in range(self._workers):
            self._pool.submit(_warm_up)

    def _packed(self) -> bytes:
        """Return the job for processes that share nothing with this one."""
        with no_search():
            return pickle.dumps(self._job)

    def _prepared(self) -> Simulate:
        """Return the function that simulates a row, for processes that inherit it."""
        self._simulate = self._simulate or self._job.prepare()
        return self._simulate

    def close(self, *, kill: bool = False) -> None:
        """Stop the processes."""
        if self._pool is None:
            return
        self._halt.value = True
        if kill:  # a worker that hangs would otherwise keep the interpreter from ending
            for process in list((getattr(self._pool, "_processes", None) or {}).values()):
                process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None

    def _restart(self) -> None:
        """Replace the processes after one of them died."""
        self.close(kill=True)
        self.start()

    def _submit(self, chunk: Chunk, pending: Pending) -> None:
        """Hand a chunk to the processes."""
        if self._pool is None:
            self.start()
        assert self._pool is not None
        try:
            pending[self._pool.submit(_work, chunk)] = chunk
        except BrokenExecutor:  # an idle worker died
            self._restart()
            pending[self._pool.submit(_work, chunk)] = chunk

    def _cancel(self, pending: Pending) -> None:
        """Drop what has not begun, and have the workers stop after the row under way."""
        self._halt.value = True
        super()._cancel(pending)


class _Worker:
    """The state of one worker process, set by its initialiser; unused in the parent."""

    job: bytes = b""
    halt: Any = None
    simulate: Simulate | None = None


def _begin(job: bytes | Simulate, halt: Any) -> None:
    """Set up a worker: the parent alone answers Ctrl-C, and no worker outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()  # what is inherited stays: searching it for garbage would copy its memory
    _Worker.halt = halt
    if isinstance(job, bytes):
        _Worker.job = job
    else:
        _Worker.simulate = job
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    """End this process when the parent is gone, killed or not."""
    parent = mp.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _prepared() -> Simulate:
    """Return the function that simulates a row, prepared at its first use."""
    if _Worker.simulate is None:
        with no_search():
            job: Job = pickle.loads(_Worker.job)
            _Worker.simulate = job.prepare()
    return _Worker.simulate


def _warm_up() -> None:
    """Prepare the job ahead of the first chunk; its errors appear there."""
    _prepared()


def _work(chunk: Chunk) -> Result:
    """Simulate a chunk in a worker."""
    return simulate_chunk(_prepared(), chunk, lambda: bool(_Worker.halt.value))


class Outside(Pool):
    """Simulates in any `concurrent.futures.Executor`.

    A worker is sent the job when it first says that it does not have it, and keeps it.

    Parameters
    ----------
    job : Job
        What is simulated.
    pool : concurrent.futures.Executor
        Who simulates; it stays open.
    workers : int
        Number of chunks that the pool works on at a time.
    chunk_rows : int, optional
        Fixed number of rows in a chunk.
    """

    lost: tuple[type[BaseException], ...] = (BrokenExecutor, CancelledError)
    together = False

    def __init__(
        self, job: Job, pool: Executor | None, workers: int, chunk_rows: int | None = None
    ) -> None:
        super().__init__(job, workers, chunk_rows)
        self._pool = pool
        self._deadline: float | None = None
        self._payload = b""
        self._name = ""

    def start(self) -> None:
        """Pack the job."""
        self._payload = pickle.dumps(self._job)
        self._name = hashlib.blake2b(self._payload, digest_size=16).hexdigest()

    def close(self, *, kill: bool = False) -> None:
        """Nothing to release: the pool is another's."""

    def _submit(self, chunk: Chunk, pending: Pending) -> None:
        """Hand a chunk to the pool."""
        assert self._pool is not None
        pending[self._pool.submit(_work_outside, self._name, None, chunk)] = chunk

    def _accept(self, future: Future[Any], chunk: Chunk, pending: Pending) -> Result | None:
        """Return a result; a worker without the job is sent it, with the chunk again."""
        found = future.result()
        if isinstance(found, Result):
            return found
        if found != code_hash():
            raise RunError("a worker has another version of bvsim: install the same everywhere")
        assert self._pool is not None
        again = self._pool.submit(_work_outside, self._name, self._payload, chunk)
        pending[again] = chunk
        return None

    def _restart(self) -> None:
        """Nothing to restart: whose pool it is replaces its workers."""

    def _cancel(self, pending: Pending) -> None:
        """Wait a moment for chunks under way, which no one can cut short; then drop them."""
        now = time.monotonic()
        self._deadline = self._deadline or now + _PATIENCE_SECONDS
        if now > self._deadline:
            for future in pending:
                future.cancel()
            pending.clear()


class _Guest:
    """What a worker of an outside pool has prepared: the job it was last sent."""

    name: str = ""
    simulate: Simulate | None = None


def _work_outside(name: str, payload: bytes | None, chunk: Chunk) -> Result | str:
    """Simulate a chunk; without the job, say which version of bvsim this worker has."""
    simulate = _Guest.simulate
    if simulate is None or _Guest.name != name:
        if payload is None:
            return code_hash()
        job: Job = pickle.loads(payload)
        simulate = job.prepare()
        _Guest.name, _Guest.simulate = name, simulate
    return simulate_chunk(simulate, chunk, lambda: False)
