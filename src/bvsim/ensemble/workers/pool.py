"""One pool over workers of any kind: rows go in, results come out as they finish.

Results carry their own keys, so nothing depends on who simulated what, or when.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, wait

from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.work import Result, Row, Rows, lost_rows
from bvsim.ensemble.workers.crews import Answer, Crew

_POLL_SECONDS = 0.2
_CHUNK_SECONDS = 1.0
_FIRST_ROWS = 2
_MOST_ROWS = 32


class EngineGoneError(RunError):
    """All workers are out of reach; rows that had come back are kept."""


class Pace:
    """Sizes chunks by the time that rows have taken.

    Parameters
    ----------
    workers : int
        Number of workers.
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


class Pool:
    """Keeps workers busy, and outlives the death of any of them.

    Parameters
    ----------
    crew : Crew
        The workers, who know what is simulated.
    chunk_rows : int, optional
        Fixed number of rows handed out at a time; measured time decides when left out.
    """

    def __init__(self, crew: Crew, chunk_rows: int | None = None) -> None:
        self.halted = self.ordered = False
        self._crew, self._pace = crew, Pace(crew.workers, chunk_rows)
        self._pending: dict[Answer, Sequence[Row]] = {}
        self._suspects: deque[Row] = deque()
        self._trial = False

    def start(self) -> None:
        """Begin what takes time, such as starting processes."""
        self._crew.start(self.is_halted)

    def begin(self, rows: Rows) -> None:
        """Hand out the first rows before anyone waits for results: the next to be asked for."""
        self._fill(rows)

    def halt(self) -> None:
        """Stop soon: nothing more is handed out, and what can be cut short is."""
        self.halted = True
        self._crew.hurry()

    def is_halted(self) -> bool:
        """Tell whether a stop was asked for."""
        return self.halted

    def results(self, rows: Rows) -> Iterator[Result]:
        """Yield what became of the rows, in any order, until all are done or a stop ends it.

        When a worker dies, rows under way are tried again one at a time, and a row that then
        brings down its worker alone is recorded as a failure.

        Raises
        ------
        EngineGoneError
            When all workers are out of reach.
        """
        try:
            yield from self._results(rows)
        except RunError:
            raise
        except self._crew.gone as error:
            text = " ".join(str(error).split())
            raise EngineGoneError(
                f"the engine no longer answers ({type(error).__name__}: {text})"
            ) from error

    def _results(self, rows: Rows) -> Iterator[Result]:
        while self._busy(rows):
            lost: list[Sequence[Row]] = []
            done, _ = wait(self._pending, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                chunk = self._pending.pop(future)
                try:
                    answer = future.result()
                except self._crew.lost:
                    lost.append(chunk)
                    continue
                if isinstance(answer, Result):
                    self._pace.add(answer)
                    self._trial = False
                    yield answer
                else:
                    self._pending[self._crew.told(answer, chunk)] = chunk
            if lost:
                yield from self._recover(lost)

    def close(self, *, kill: bool = False) -> None:
        """Release everything; with `kill`, without waiting for rows under way."""
        self._crew.close(kill=kill)

    def _busy(self, rows: Rows) -> bool:
        """See to it that there is work under way; tell whether there is any."""
        if self.halted:
            self._crew.wind_down(self._pending)
        elif self._suspects:
            if not self._pending:
                self._trial = True
                self._submit([self._suspects.popleft()])
        elif not self._trial:
            self._fill(rows)
        return bool(self._pending)

    def _fill(self, rows: Rows) -> None:
        """Keep the workers supplied, however many there are by now."""
        self._pace.workers = self._crew.count()
        while len(self._pending) < self._crew.ahead * self._pace.workers:
            chunk = rows.take(self._pace.size(rows.remaining))
            if not chunk:
                return
            self._submit(chunk)

    def _submit(self, chunk: Sequence[Row]) -> None:
        self._pending[self._crew.submit(chunk)] = chunk

    def _recover(self, lost: list[Sequence[Row]]) -> Iterator[Result]:
        """Have the rows of dead workers tried again one by one; yield one that was tried alone."""
        if self.halted:
            return
        self._crew.require_alive()
        if self._trial:
            yield lost_rows(lost[0], "worker", "the worker process died")
        else:
            if self._crew.together:
                lost += self._pending.values()
                self._pending.clear()
            self._suspects.extend(row for chunk in lost for row in chunk)
        self._crew.restart()
        self._trial = False
