"""Engines: one function that returns who simulates, whatever that is."""

from __future__ import annotations

import os
from concurrent.futures import Executor
from dataclasses import dataclass

from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.work import Job
from bvsim.ensemble.workers.crews import Crew, Foreign, Inline, Processes
from bvsim.ensemble.workers.pool import Pool

ENGINES = ("local", "dask")


@dataclass(frozen=True)
class Engine:
    """Who simulates. Results do not depend on it.

    Parameters
    ----------
    engine : {"local", "dask"}
        Processes on this machine, or the workers of a Dask cluster.
    workers : int, optional
        How many; all processors by default, 1 for this process alone. With a scheduler, how
        many must have come before the run begins.
    scheduler : str, optional
        Address of the Dask scheduler; by default one is started here.
    chunk_rows : int, optional
        Rows in a chunk; measured time decides by default.
    executor : concurrent.futures.Executor, optional
        Another pool, which is used instead and stays open.

    Raises
    ------
    RunError
        When the name is unknown, or options do not go together.
    """

    engine: str = "local"
    workers: int | None = None
    scheduler: str | None = None
    chunk_rows: int | None = None
    executor: Executor | None = None

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise RunError(f"unknown engine {self.engine!r}: one of {', '.join(ENGINES)}")
        if self.workers is not None and self.workers < 1:
            raise RunError(f"{self.workers} workers: at least 1 is needed")
        if self.scheduler is not None and self.engine != "dask":
            raise RunError("a scheduler goes with the engine dask")

    def pool(self, job: Job, rows: int) -> Pool:
        """Return who simulates a job of so many rows."""
        return Pool(self._crew(job, rows), self.chunk_rows)

    def _crew(self, job: Job, rows: int) -> Crew:
        count = min(available_workers() if self.workers is None else self.workers, max(rows, 1))
        if self.executor is not None:
            return Foreign(job, count, self.executor)
        if self.engine == "dask":
            from bvsim.ensemble.workers.cluster import Cluster

            alone = self.scheduler is not None and self.workers is None
            return Cluster(job, 1 if alone else count, self.scheduler)
        return Inline(job) if count <= 1 else Processes(job, count)


HERE = Engine()
"""All processors of this machine."""


def available_workers() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
