"""The store of a run: its manifest, and its tables when the first rows come."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from bvsim.ensemble.store.manifest import FailureEntry, Manifest, PrecisionEntry, write_manifest
from bvsim.ensemble.work import Failure, IntArray, Result

if TYPE_CHECKING:
    from bvsim.ensemble.store.kept import Tables

_NONE = np.empty(0, dtype=np.int64)


class Store:
    """The run folder under way.

    Parameters
    ----------
    folder : Path
        The run folder, which exists and whose lock is held.
    head : Manifest
        What is known before the first row.
    before : Manifest, optional
        Manifest of the run that is gone on with.
    """

    def __init__(self, folder: Path, head: Manifest, before: Manifest | None = None) -> None:
        self.folder, self._head = folder, head
        self.failures: list[Failure] = []
        self._before = before
        self._began = (
            before["started"] if before else f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S+00:00}"
        )
        self._elapsed = before["elapsed_s"] if before else 0.0
        self._started = time.monotonic()

    @cached_property
    def tables(self) -> Tables:
        """The tables; what reads and writes them is loaded when they are first asked for."""
        from bvsim.ensemble.store.kept import Tables

        return Tables(self.folder, self._before["tables"] if self._before else ())

    def done(self) -> tuple[IntArray, IntArray]:
        """Return draws and replications of the rows that need no more work, in order."""
        opened = self._before or "tables" in self.__dict__
        return self.tables.done() if opened else (_NONE, _NONE)

    def begin(self, head: Manifest) -> None:
        """Write down what will be run."""
        self._head = head
        self.note("running")

    def add(self, result: Result) -> None:
        """Keep what became of some rows."""
        self.tables.add(result)
        self.failures += result.failures

    def finish(self, *, interrupted: bool, precision: PrecisionEntry | None) -> None:
        """Make the tables, then say so, then delete what they were made from."""
        self.tables.merge()
        ended = "complete" if self.tables.names else "failed"
        self.note("interrupted" if interrupted else ended, self.tables.names, precision)
        self.tables.clean()

    def note(
        self,
        status: str,
        tables: Sequence[str] | None = None,
        precision: PrecisionEntry | None = None,
    ) -> None:
        """Write the manifest.

        Parameters
        ----------
        status : {"running", "complete", "interrupted", "failed"}
            How far it is.
        tables : sequence of str, optional
            The tables, where they are complete; those from before by default.
        precision : PrecisionEntry, optional
            How precise the results are.
        """
        if tables is None:
            tables = self._before["tables"] if self._before else ()
        rows = sorted(self.failures, key=lambda row: (row.draw, row.replication))
        manifest: Manifest = {
            **self._head,
            "tables": list(tables),
            "status": status,
            "failures": [cast("FailureEntry", asdict(row)) for row in rows],
            "started": self._began,
            "elapsed_s": round(self._elapsed + time.monotonic() - self._started, 3),
        }
        if precision:
            manifest["precision"] = precision
        write_manifest(self.folder, manifest)
