"""The store of a run: its manifest, and its tables when the first rows come."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from bvsim.ensemble.store.manifest import (
    FailureEntry,
    Manifest,
    PrecisionEntry,
    planned,
    read_manifest,
    write_manifest,
)
from bvsim.ensemble.store.seals import coming, drop_coming, seal, settle
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
        self._before, self._begun = before, False
        self._began = (
            before["started"] if before else f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S+00:00}"
        )
        self._elapsed = before["elapsed_s"] if before else 0.0
        self._started = time.monotonic()
        self._files = self._sealed(before["tables"]) if before else {}

    def _sealed(self, tables: Sequence[str]) -> dict[str, str]:
        """Return the checksums of the tables from before."""
        return {name: seal(self.folder / name) for name in (f"{each}.parquet" for each in tables)}

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
        self._head, self._begun = head, True
        self.note("running")

    def add(self, result: Result) -> None:
        """Keep what became of some rows."""
        self.tables.add(result)
        self.failures += result.failures

    def hold(self, *names: str) -> None:
        """Have the manifest know files that are written from now on."""
        self._files |= {name: seal(self.folder / name) for name in names}
        self.note("running")

    def finish(self, *, interrupted: bool, precision: PrecisionEntry | None = None) -> None:
        """Make the tables, say so, move them into place, delete what they were made from.

        The run is complete when its rows and failures add up to its plan.
        """
        kept = len(self.tables.done()[0])
        whole = kept + len(self.failures) >= planned(self._head) and not interrupted
        self.tables.merge()
        ended = "complete" if self.tables.names else "failed"
        self._commit(ended if whole else "interrupted", precision)
        settle(self.folder, self._files)
        drop_coming(self.folder)
        self.tables.clean()

    def _commit(self, status: str, precision: PrecisionEntry | None) -> None:
        """Have the manifest know the new tables: from then on they are those of the run."""
        before, files = self._files, dict(self._files)
        for name in (f"{table}.parquet" for table in self.tables.names):
            path = self.folder / name
            files[name] = seal(new if (new := coming(path)).exists() else path)
        self._files = files
        try:
            self.note(status, self.tables.names, precision)
        except BaseException:
            if read_manifest(self.folder).get("files") != files:
                self._files = before
                drop_coming(self.folder)
            raise
        self._begun = False  # nothing is left to be given up

    def give_up(self, status: str) -> None:
        """Write down that it went no further, if anything was written before and the disk lets."""
        with contextlib.suppress(OSError):
            if self._begun:
                self.note(status)

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
            "files": self._files,
        }
        if precision:
            manifest["precision"] = precision
        write_manifest(self.folder, manifest)
