"""Executors: who simulates the chunks, in this process or in several.

An executor takes chunks from a feed as it needs them and yields results as they come.
Results carry their own keys, so nothing depends on who simulated what, or when.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from bvsim.ensemble.work import Chunk, Job, Result, Simulate, simulate_chunk

_CHUNK_SECONDS = 1.0
_FIRST_ROWS = 2
_MOST_ROWS = 32


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

    def begin(self, feed: Feed) -> None:
        """Hand out the first chunks before anyone waits for results: the next to be asked for."""

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
        self.workers, self._fixed = workers, rows
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
        share = -(-remaining // (2 * self.workers))  # so that all workers end together
        return max(1, min(int(target), share, _MOST_ROWS))


class InProcess:
    """Simulates in the calling process."""

    def __init__(self, job: Job, chunk_rows: int | None = None) -> None:
        self._job, self._pace = job, Pace(1, chunk_rows)
        self._simulate: Simulate | None = None

    def start(self) -> None:
        """Nothing to start."""

    def begin(self, feed: Feed) -> None:
        """Nobody to hand chunks to."""

    def results(self, feed: Feed, stop: Stop) -> Iterator[Result]:
        """Yield a result for each chunk."""
        simulate = self._simulate = self._simulate or self._job.prepare()
        while not stop() and (chunk := feed.take(self._pace.size(feed.remaining))):
            result = simulate_chunk(simulate, chunk, stop)
            self._pace.add(result)
            yield result

    def close(self, *, kill: bool = False) -> None:
        """Nothing to release."""


def available_workers() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
