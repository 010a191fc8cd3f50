"""Executors: who simulates the chunks, in this process or in several.

An executor takes chunks from a feed as it needs them and yields results as they come.
Results carry their own keys, so nothing depends on who simulated what, or when.
"""

from __future__ import annotations

import ctypes
import multiprocessing as mp
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from dataclasses import dataclass
from multiprocessing import connection
from typing import Any, Protocol

from bvsim.ensemble.work import Chunk, Job, Result, Simulate, failed_chunk, simulate_chunk

_CHUNK_SECONDS = 1.0
_FIRST_ROWS = 2
_MOST_ROWS = 32
_POLL_SECONDS = 0.2


class Feed(Protocol):
    """Where an executor takes chunks from."""

    @property
    def remaining(self) -> int:
        """Number of rows not taken yet."""

    def take(self, rows: int) -> Chunk | None:
        """Return the next chunk of at most so many rows; None when nothing is left."""


@dataclass
class Stop:
    """A request to stop soon: no new chunks, and none finished that can be cut short."""

    requested: bool = False

    def __call__(self) -> bool:
        """Tell whether a stop was requested."""
        return self.requested


class Executor(Protocol):
    """Simulates the chunks of a feed."""

    def start(self) -> None:
        """Begin what takes time, such as starting processes."""

    def results(self, feed: Feed, stop: Stop) -> Iterator[Result]:
        """Yield a result for each chunk, in any order, until the feed or `stop` ends it."""

    def close(self, *, kill: bool = False) -> None:
        """Release everything; with `kill`, without waiting for rows under way."""


class Pace:
    """Sizes chunks by the time that rows have taken.

    Parameters
    ----------
    workers : int
        Number of chunks under way at a time.
    rows : int, optional
        A fixed size, whatever the time.
    """

    def __init__(self, workers: int, rows: int | None = None) -> None:
        self._workers, self._fixed = workers, rows
        self._rows, self._seconds = 0, 0.0

    def add(self, result: Result) -> None:
        """Learn from a result."""
        self._rows += result.attempted
        self._seconds += result.seconds

    def size(self, remaining: int) -> int:
        """Return the rows of the next chunk: about a second's, fewer towards the end."""
        if self._fixed:
            return self._fixed
        if not self._rows:
            return _FIRST_ROWS
        target = _CHUNK_SECONDS * self._rows / max(self._seconds, 1e-6)
        share = -(-remaining // (2 * self._workers))  # so that all workers end together
        return max(1, min(int(target), share, _MOST_ROWS))


class InProcess:
    """Simulates in the calling process."""

    def __init__(self, job: Job, chunk_rows: int | None = None) -> None:
        self._job, self._pace = job, Pace(1, chunk_rows)

    def start(self) -> None:
        """Nothing to begin."""

    def results(self, feed: Feed, stop: Stop) -> Iterator[Result]:
        """Yield a result for each chunk."""
        simulate = self._job.prepare()
        while not stop() and (chunk := feed.take(self._pace.size(feed.remaining))):
            result = simulate_chunk(simulate, chunk, stop)
            self._pace.add(result)
            yield result

    def close(self, *, kill: bool = False) -> None:
        """Nothing to release."""


def start_method() -> str:
    """Return how to start workers: by forking where that is safe, as it is the quickest.

    A process with several threads must not fork: a lock that another thread holds would
    stay locked in the child.
    """
    if sys.platform == "linux" and threading.active_count() == 1:
        return "fork"
    return "forkserver" if "forkserver" in mp.get_all_start_methods() else "spawn"


class Processes:
    """Simulates in worker processes on this machine.

    Parameters
    ----------
    job : Job
        Sent to each worker once.
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
        self._job, self._workers, self._method = job, workers, method
        self._pace = Pace(workers, chunk_rows)
        self._pool: ProcessPoolExecutor | None = None
        self._halt: Any = None

    def start(self) -> None:
        """Start the processes; each prepares the job while the parent does other things."""
        context: Any = mp.get_context(self._method or start_method())
        self._halt = context.RawValue(ctypes.c_bool, False)
        self._pool = ProcessPoolExecutor(
            self._workers,
            mp_context=context,
            initializer=_begin,
            initargs=(pickle.dumps(self._job), self._halt),
        )
        for _ in range(self._workers):
            self._pool.submit(_warm_up)

    def results(self, feed: Feed, stop: Stop) -> Iterator[Result]:
        """Yield a result for each chunk.

        When a worker dies, all chunks under way are lost. Their rows are tried again one at a
        time, and a row that then brings down its worker alone is recorded as a failure.
        """
        suspects: deque[Chunk] = deque()
        pending: dict[Future[Result], Chunk] = {}
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
                    result = future.result()
                except BrokenExecutor:
                    lost.append(chunk)
                    continue
                self._pace.add(result)
                trial = False
                yield result
            if lost:
                self._restart()
                if trial:
                    yield failed_chunk(lost[0], "worker", "the worker process died")
                else:
                    lost += pending.values()
                    suspects.extend(row for chunk in lost for row in chunk.single_rows())
                pending.clear()
                trial = False

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

    def _submit(self, chunk: Chunk, pending: dict[Future[Result], Chunk]) -> None:
        """Hand a chunk to the processes."""
        if self._pool is None:
            self.start()
        assert self._pool is not None
        try:
            pending[self._pool.submit(_work, chunk)] = chunk
        except BrokenExecutor:  # an idle worker died
            self._restart()
            pending[self._pool.submit(_work, chunk)] = chunk

    def _fill(self, feed: Feed, pending: dict[Future[Result], Chunk]) -> None:
        """Keep two chunks a worker under way."""
        while len(pending) < 2 * self._workers:
            chunk = feed.take(self._pace.size(feed.remaining))
            if chunk is None:
                return
            self._submit(chunk, pending)

    def _cancel(self, pending: dict[Future[Result], Chunk]) -> None:
        """Drop what has not begun, and have the workers stop after the row under way."""
        self._halt.value = True
        for future in [future for future in pending if future.cancel()]:
            del pending[future]


def _finished(pending: dict[Future[Result], Chunk]) -> Iterator[tuple[Future[Result], Chunk]]:
    """Wait a moment, and take what has finished out of `pending`."""
    done, _ = wait(pending, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
    for future in done:
        yield future, pending.pop(future)


class _Worker:
    """The state of one worker process, set by its initialiser; unused in the parent."""

    job: bytes = b""
    halt: Any = None
    simulate: Simulate | None = None


def _begin(job: bytes, halt: Any) -> None:
    """Set up a worker: the parent alone answers Ctrl-C, and no worker outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Worker.job, _Worker.halt = job, halt
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
        job: Job = pickle.loads(_Worker.job)
        _Worker.simulate = job.prepare()
    return _Worker.simulate


def _warm_up() -> None:
    """Prepare the job ahead of the first chunk; its errors appear there."""
    _prepared()


def _work(chunk: Chunk) -> Result:
    """Simulate a chunk in a worker."""
    return simulate_chunk(_prepared(), chunk, lambda: bool(_Worker.halt.value))


def available_workers() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def executor(
    job: Job, workers: int | None = None, *, rows: int, chunk_rows: int | None = None
) -> Executor:
    """Return the executor for a number of workers (default: all processors), at most one a row."""
    count = min(available_workers() if workers is None else workers, rows)
    return InProcess(job, chunk_rows) if count <= 1 else Processes(job, count, chunk_rows)
