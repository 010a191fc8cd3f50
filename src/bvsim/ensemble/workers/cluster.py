"""Workers of a Dask cluster, through its `concurrent.futures` interface (extra ``dask``)."""

from __future__ import annotations

import contextlib
from typing import Any

from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.work import Job
from bvsim.ensemble.workers.executors import Feed
from bvsim.ensemble.workers.pools import Outside, Pending

_CONNECT_SECONDS = 15
_DEATHS_FORGIVEN = 1
"""Chunks that see so many workers die are tried again elsewhere before rows are tried alone."""


class Cluster(Outside):
    """Simulates on the workers of a Dask scheduler.

    Parameters
    ----------
    job : Job
        What is simulated.
    workers : int
        Processes of the cluster made here when there is no address; with an address the
        number of workers that must have come before the run begins.
    scheduler : str, optional
        Address of a scheduler, such as ``tcp://10.0.0.1:8786``.
    chunk_rows : int, optional
        Fixed number of rows in a chunk.
    """

    def __init__(
        self, job: Job, workers: int, scheduler: str | None = None, chunk_rows: int | None = None
    ) -> None:
        super().__init__(job, None, workers, chunk_rows)
        self._scheduler = scheduler
        self._client: Any = None
        self._cluster: Any = None

    def start(self) -> None:
        """Connect to the scheduler, or start one here with its workers.

        Raises
        ------
        RunError
            When Dask is not installed, or nobody answers at the address.
        """
        super().start()
        distributed = _distributed()
        self.lost = (*self.lost, distributed.KilledWorker)
        if self._scheduler is None:
            self._cluster = _local_cluster(distributed, self._workers)
        place = self._cluster or self._scheduler
        try:
            self._client = distributed.Client(place, timeout=_CONNECT_SECONDS, set_as_default=False)
            self._client.wait_for_workers(self._workers, timeout=_CONNECT_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            self.close(kill=True)
            text = " ".join(str(error).split()) or "no answer"
            raise RunError(
                f"no Dask workers at {self._scheduler or 'this machine'}: {text}"
            ) from None
        self._pool = self._client.get_executor()

    def close(self, *, kill: bool = False) -> None:
        """Leave the cluster; one made here is stopped."""
        with contextlib.suppress(OSError, TimeoutError):
            for each in (self._client, self._cluster):
                if each is not None:
                    each.close()
        self._client = self._cluster = None

    def _fill(self, feed: Feed, pending: Pending) -> None:
        """Keep two chunks a worker under way, however many workers there are by now."""
        if len(pending) < 2 * self._workers:
            self._workers = max(1, sum(self._client.nthreads().values()))
            self._pace.workers = self._workers
        super()._fill(feed, pending)


def _distributed() -> Any:
    """Return the package of Dask's scheduler."""
    try:
        import distributed
    except ImportError:
        raise RunError("the engine dask is an extra: pip install 'bvsim[dask]'") from None
    return distributed


def _local_cluster(distributed: Any, workers: int) -> Any:
    """Return a scheduler with worker processes on this machine."""
    import logging

    import dask

    with dask.config.set({"distributed.scheduler.allowed-failures": _DEATHS_FORGIVEN}):
        return distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        )
