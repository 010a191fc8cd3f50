"""Engines: one function that returns who simulates, whatever that is."""

from __future__ import annotations

from concurrent import futures
from dataclasses import dataclass

from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.work import Job
from bvsim.ensemble.workers.executors import Executor, InProcess, available_workers

ENGINES = ("local", "dask")


@dataclass(frozen=True)
class Engine:
    """Who simulates. Results do not depend on it.

    Parameters
    ----------
    name : {"local", "dask"}
        Processes on this machine, or the workers of a Dask cluster.
    workers : int, optional
        How many; all processors by default, 1 for this process alone. With a scheduler, how
        many must have come before the run begins.
    scheduler : str, optional
        Address of the Dask scheduler; by default one is started here.
    chunk_rows : int, optional
        Rows in a chunk; measured time decides by default.
    pool : concurrent.futures.Executor, optional
        Any other pool, which is used instead and stays open.

    Raises
    ------
    RunError
        When the name is unknown, or options do not go together.
    """

    name: str = "local"
    workers: int | None = None
    scheduler: str | None = None
    chunk_rows: int | None = None
    pool: futures.Executor | None = None

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise RunError(f"unknown engine {self.name!r}: one of {', '.join(ENGINES)}")
        if self.workers is not None and self.workers < 1:
            raise RunError(f"{self.workers} workers: at least 1 is needed")
        if self.scheduler is not None and self.name != "dask":
            raise RunError("a scheduler goes with the engine dask")

    def executor(self, job: Job, rows: int) -> Executor:
        """Return what simulates a job of so many rows."""
        count = min(available_workers() if self.workers is None else self.workers, max(rows, 1))
        if self.pool is not None:
            from bvsim.ensemble.workers.pools import Outside

            return Outside(job, self.pool, count, self.chunk_rows)
        if self.name == "dask":
            from bvsim.ensemble.workers.cluster import Cluster

            if self.scheduler is not None and self.workers is None:
                count = 1
            return Cluster(job, count, self.scheduler, self.chunk_rows)
        if count <= 1:
            return InProcess(job, self.chunk_rows)
        from bvsim.ensemble.workers.pools import Processes

        return Processes(job, count, self.chunk_rows)
