"""Crews: workers of every kind, each behind an executor of `concurrent.futures`.

`Inline` works in this process, `Processes` in worker processes of this machine, `Foreign` in a
pool that is not ours to restart. A crew knows the job and gets it to its workers.
"""

from __future__ import annotations

import contextlib
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
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from multiprocessing import connection, sharedctypes

from bvsim.ensemble.store.folder import RunError, code_hash
from bvsim.ensemble.work import Job, Result, Row, Simulate, hurry, simulate_rows
from bvsim.reading.garbage import no_search

_PATIENCE_SECONDS = 3.0
"""What a row that is under way is given, once a stop was asked for."""

Answer = Future[Result | str]
"""What a worker says: a result, or the version of bvsim that it has when it lacks the job."""
Pending = MutableMapping[Answer, Sequence[Row]]


class Crew(ABC):
    """Workers who simulate the rows of a job.

    Parameters
    ----------
    job : Job
        What is simulated.
    workers : int
        Number of workers.
    """

    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)
    """Errors that say that a worker died."""
    gone: tuple[type[BaseException], ...] = ()
    """Errors that say that all workers are out of reach, for good."""
    together = True
    """Whether all that is under way is lost with one worker."""
    ahead = 2
    """Chunks under way for each worker, so that none has to wait."""

    def __init__(self, job: Job, workers: int) -> None:
        self.job, self.workers = job, workers

    @abstractmethod
    def start(self, stopped: Callable[[], bool]) -> None:
        """Begin what takes time; `stopped` tells later on whether a stop was asked for."""

    @abstractmethod
    def submit(self, rows: Sequence[Row]) -> Answer:
        """Hand rows to a worker."""

    def count(self) -> int:
        """Return how many workers there are by now."""
        return self.workers

    def told(self, answer: str, rows: Sequence[Row]) -> Answer:
        """Return what to wait for after an answer that is no result."""
        raise RunError(answer)

    def require_alive(self) -> None:  # noqa: B027
        """Raise one of `gone` when workers are out of reach for good."""

    def restart(self) -> None:  # noqa: B027
        """Be ready for rows again after a worker died."""

    def hurry(self) -> None:  # noqa: B027
        """A stop was asked for: have the row under way end in a moment."""

    def wind_down(self, pending: Pending) -> None:
        """Drop what has not begun; asked for again until nothing is pending."""
        for future in [future for future in pending if future.cancel()]:
            del pending[future]

    def close(self, *, kill: bool = False) -> None:  # noqa: B027
        """Release everything; with `kill`, without waiting for rows under way."""


class Inline(Crew):
    """Simulates in the calling process, at once."""

    ahead = 1

    def __init__(self, job: Job) -> None:
        super().__init__(job, 1)
        self._simulate: Simulate | None = None

    def start(self, stopped: Callable[[], bool]) -> None:
        """Nothing to start."""
        self._stopped = stopped

    def hurry(self) -> None:
        """Have the row under way end in a moment."""
        hurry(_PATIENCE_SECONDS)

    def submit(self, rows: Sequence[Row]) -> Answer:
        """Simulate rows."""
        self._simulate = self._simulate or self.job.prepare()
        done: Answer = Future()
        done.set_result(simulate_rows(self._simulate, rows, self._stopped))
        return done


# -- processes of this machine ------------------------------------------------------------


def start_method() -> str:
    """Return how to start workers: by forking where that is safe, as it is the quickest.

    A process with several threads must not fork: a lock that another thread holds would
    stay locked in the child.
    """
    if sys.platform == "linux" and threading.active_count() == 1:
        return "fork"
    return "forkserver" if "forkserver" in mp.get_all_start_methods() else "spawn"


@contextlib.contextmanager
def process_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Give a pool of processes for work that is no rows; after an error it is not waited for."""
    context = mp.get_context(start_method())
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_ctrl_c)
    try:
        yield pool
    except BaseException:
        _end(pool)
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _leave_ctrl_c() -> None:
    """Have the parent alone answer Ctrl-C and a closed terminal; it may end this process."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _end(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool: one that hangs would keep the interpreter from ending."""
    for process in list((getattr(pool, "_processes", None) or {}).values()):
        process.terminate()


class Processes(Crew):
    """Worker processes on this machine.

    Parameters
    ----------
    job : Job
        Sent to each worker once, and prepared there; forked workers inherit it prepared.
    workers : int
        Number of processes.
    method : {"fork", "forkserver", "spawn"}, optional
        How to start workers; see `start_method`.
    """

    def __init__(self, job: Job, workers: int, method: str | None = None) -> None:
        super().__init__(job, workers)
        self._method = method
        self._pool: ProcessPoolExecutor | None = None
        self._halt = sharedctypes.RawValue(ctypes.c_bool, False)
        self._deadline: float | None = None
        self._simulate: Simulate | None = None

    def start(self, stopped: Callable[[], bool]) -> None:
        """Start the processes; those that are not forked prepare the job on their own."""
        self._begin()

    def submit(self, rows: Sequence[Row]) -> Answer:
        """Hand rows to the processes."""
        try:
            return self._running().submit(_work, rows)
        except BrokenExecutor:  # an idle worker died
            self.restart()
            return self._running().submit(_work, rows)

    def restart(self) -> None:
        """Replace the processes."""
        self.close(kill=True)
        self._begin()

    def wind_down(self, pending: Pending) -> None:
        """Have the workers stop after the row under way, too; end those that take long."""
        self._halt.value = True
        super().wind_down(pending)
        self._deadline = self._deadline or time.monotonic() + _PATIENCE_SECONDS
        if pending and time.monotonic() > self._deadline:
            pending.clear()
            self.close(kill=True)

    def close(self, *, kill: bool = False) -> None:
        """Stop the processes."""
        if self._pool is None:
            return
        self._halt.value = True
        if kill:
            _end(self._pool)
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None

    def _begin(self) -> None:
        method = self._method or start_method()
        self._halt.value = False
        self._pool = ProcessPoolExecutor(
            self.workers,
            mp_context=mp.get_context(method),
            initializer=_settle,
            initargs=(self._prepared() if method == "fork" else self._packed(), self._halt),
        )
        for _ in range(self.workers):
            self._pool.submit(_prepared)  # ahead of the first rows; its errors appear there

    def _running(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._begin()
        assert self._pool is not None
        return self._pool

    def _packed(self) -> bytes:
        """Return the job for processes that share nothing with this one."""
        with no_search():
            return pickle.dumps(self.job)

    def _prepared(self) -> Simulate:
        """Return the function that simulates a row, for processes that inherit it."""
        self._simulate = self._simulate or self.job.prepare()
        return self._simulate


class _Worker:
    """The state of one worker process, set by its initialiser; unused in the parent."""

    job: bytes = b""
    halt: ctypes.c_bool = ctypes.c_bool(False)
    simulate: Simulate | None = None


def _settle(job: bytes | Simulate, halt: ctypes.c_bool) -> None:
    """Set up a worker: the parent alone answers Ctrl-C, and no worker outlives it."""
    _leave_ctrl_c()
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


def _prepared() -> None:
    """Prepare the job, once."""
    if _Worker.simulate is None:
        with no_search():
            job: Job = pickle.loads(_Worker.job)
            _Worker.simulate = job.prepare()


def _work(rows: Sequence[Row]) -> Result | str:
    """Simulate rows in a worker."""
    _prepared()
    assert _Worker.simulate is not None
    return simulate_rows(_Worker.simulate, rows, lambda: bool(_Worker.halt.value))


# -- anybody else's workers ---------------------------------------------------------------


class Foreign(Crew):
    """Workers of any `concurrent.futures.Executor`, which stays open.

    A worker is sent the job when it first says that it does not have it, and keeps it.

    Parameters
    ----------
    job : Job
        What is simulated.
    workers : int
        Number of chunks that the executor works on at a time.
    executor : concurrent.futures.Executor, optional
        Who simulates; who leaves it out has to provide it before the first row.
    """

    lost: tuple[type[BaseException], ...] = (BrokenExecutor, CancelledError)
    gone = (Exception,)
    together = False

    def __init__(self, job: Job, workers: int, executor: Executor | None = None) -> None:
        super().__init__(job, workers)
        self.executor = executor
        self._packed, self._name = b"", ""
        self._deadline: float | None = None

    def start(self, stopped: Callable[[], bool]) -> None:
        """Pack the job."""
        self._packed = pickle.dumps(self.job)
        self._name = hashlib.blake2b(self._packed, digest_size=16).hexdigest()

    def submit(self, rows: Sequence[Row]) -> Answer:
        """Hand rows to the executor."""
        return self._send(None, rows)

    def told(self, answer: str, rows: Sequence[Row]) -> Answer:
        """Send the job, and the rows again, to who has the same bvsim but not the job."""
        if answer != code_hash():
            raise RunError("a worker has another version of bvsim: install the same everywhere")
        return self._send(self._packed, rows)

    def wind_down(self, pending: Pending) -> None:
        """Wait a moment for what is under way, which no one can cut short; then drop it."""
        now = time.monotonic()
        self._deadline = self._deadline or now + _PATIENCE_SECONDS
        if now > self._deadline:
            for future in pending:
                future.cancel()
            pending.clear()

    def _send(self, packed: bytes | None, rows: Sequence[Row]) -> Answer:
        assert self.executor is not None
        return self.executor.submit(_work_as_guest, self._name, packed, rows)


class _Guest:
    """What a worker of a foreign executor has prepared: the job it was last sent."""

    ready: tuple[str, Simulate] | None = None


def _work_as_guest(name: str, packed: bytes | None, rows: Sequence[Row]) -> Result | str:
    """Simulate rows; without the job, say which version of bvsim this worker has."""
    ready = _Guest.ready
    if ready is None or ready[0] != name:
        if packed is None:
            return code_hash()
        job: Job = pickle.loads(packed)
        ready = _Guest.ready = name, job.prepare()
    return simulate_rows(ready[1], rows, lambda: False)
