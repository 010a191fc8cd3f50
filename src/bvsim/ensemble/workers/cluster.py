"""Workers of a Dask cluster, through its `concurrent.futures` interface (extra ``dask``)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import CancelledError
from types import ModuleType
from typing import TYPE_CHECKING

from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.work import Job
from bvsim.ensemble.workers.crews import Foreign

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

_CONNECT_SECONDS = 15
_DEATHS_FORGIVEN = 1
"""Chunks that see so many workers die are tried again elsewhere before rows are tried alone."""


class Cluster(Foreign):
    """The workers of a Dask scheduler.

    Parameters
    ----------
    job : Job
        What is simulated.
    workers : int
        Processes of the cluster made here when there is no address; with an address the
        number of workers that must have come before the run begins.
    scheduler : str, optional
        Address of a scheduler, such as ``tcp://10.0.0.1:8786``.
    """

    def __init__(self, job: Job, workers: int, scheduler: str | None = None) -> None:
        super().__init__(job, workers)
        self._scheduler = scheduler
        self._client: Client | None = None
        self._cluster: LocalCluster | None = None

    def start(self, stopped: Callable[[], bool]) -> None:
        """Connect to the scheduler, or start one here with its workers.

        Raises
        ------
        RunError
            When Dask is not installed, or nobody answers at the address.
        """
        super().start(stopped)
        distributed = _distributed()
        self.lost = (*self.lost, distributed.KilledWorker)
        if self._scheduler is None:
            self._cluster = _local_cluster(distributed, self.workers)
        place = self._cluster or self._scheduler
        try:
            self._client = distributed.Client(place, timeout=_CONNECT_SECONDS, set_as_default=False)
            self._client.wait_for_workers(self.workers, timeout=_CONNECT_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            self.close(kill=True)
            text = " ".join(str(error).split()) or "no answer"
            raise RunError(
                f"no Dask workers at {self._scheduler or 'this machine'}: {text}"
            ) from None
        self.executor = self._client.get_executor()

    def count(self) -> int:
        """Return how many workers the cluster has by now."""
        self.require_alive()
        assert self._client is not None
        threads: dict[str, int] = self._client.nthreads()  # type: ignore[no-untyped-call]
        return max(1, sum(threads.values()))

    def require_alive(self) -> None:
        """Raise an error when the scheduler is lost; the client would try again for minutes."""
        if self._client is None or self._client.status != "running":
            raise ConnectionError("the connection to the Dask scheduler is lost")

    def close(self, *, kill: bool = False) -> None:
        """Leave the cluster; one made here is stopped."""
        with contextlib.suppress(OSError, TimeoutError, CancelledError):
            for each in (self._client, self._cluster):
                if each is not None:
                    each.close()
        self._client = self._cluster = None


def _distributed() -> ModuleType:
    """Return the package of Dask's scheduler."""
    try:
        import distributed
    except ImportError:
        raise RunError("the engine dask is an extra: pip install 'bvsim[dask]'") from None
    return distributed


def _local_cluster(distributed: ModuleType, workers: int) -> LocalCluster:
    """Return a scheduler with worker processes on this machine."""
    import logging

    import dask

    with dask.config.set({"distributed.scheduler.allowed-failures": _DEATHS_FORGIVEN}):
        made: LocalCluster = distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        )
    return made
